import IMAPGrammar

extension Session {
    /// RFC 9051 §6.1.3: BYE comes before the tagged response.
    func logout() -> Completion {
        out.bye(nil, "signing off")
        state = .logout
        return .ok(nil, "done")
    }
}

import IMAPGrammar

extension Session {
    /// RFC 9051 §6.1.1.
    func capability() -> Completion {
        out.capability(capabilities)
        return .ok(nil, "done")
    }
}

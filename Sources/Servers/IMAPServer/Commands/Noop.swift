extension Session {
    /// NOOP (RFC 9051 §6.1.2) and CHECK (RFC 3501 §6.4.1): what is new is told, whatever the watch said.
    func noop() throws -> Completion {
        if let selected { try lookAtFiles(of: selected.mailbox) }
        try refresh(always: true)
        return .ok(nil, "done")
    }
}

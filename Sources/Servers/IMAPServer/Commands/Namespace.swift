import IMAPGrammar

extension Session {
    /// RFC 9051 §6.3.10. No prefix for one's own: Apple Mail would make INBOX.INBOX.
    func namespace() -> Completion {
        func root(_ name: String) -> Namespace {
            Namespace(prefix: WireName(utf8: Array("\(name)/".utf8)), separator: Namespaces.separator)
        }
        out.namespace(
            personal: [Namespace(prefix: WireName(utf8: []), separator: Namespaces.separator)],
            others: [root(Namespaces.otherUsers)], shared: [root(Namespaces.shared)])
        return .ok(nil, "done")
    }
}

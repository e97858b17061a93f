import IMAPGrammar

extension Session {
    /// RFC 9051 §6.3.13.
    func idle(_ tag: [UInt8]) -> Completion {
        expectation = .idle(tag: tag)
        reader.expectLine()
        out.continuation("idling")
        tellUpdates(.all)
        return .waiting
    }

    /// Something has changed in the mailbox.
    func wake() {
        if wantsWakes { tellUpdates(.all) }
    }
}

import IMAPGrammar

extension Session {
    /// RFC 9051 §6.3.13.
    func idle(_ tag: [UInt8]) throws -> Completion {
        expectation = .idle(tag: tag)
        reader.expectLine()
        out.continuation("idling")
        return try tellUpdates(.all) { _ in .waiting }
    }

    /// Something has changed in the mailbox.
    func wake() {
        // What is being told now is followed by what has come meanwhile.
        guard wantsWakes, running == nil else { return }
        attempt([], "IDLE", .none) { () throws in try tellWhileIdle() }
    }

    private func tellWhileIdle() throws -> Completion {
        try tellUpdates(.all) { session in
            guard let selected = session.selected, selected.news.isThere else { return .waiting }
            return try session.tellWhileIdle()
        }
    }
}

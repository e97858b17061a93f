import IMAPGrammar

extension Session {
    /// RFC 9051 §6.3.13.
    func idle(_ tag: [UInt8]) throws -> Completion {
        expectation = .idle(tag: tag)
        reader.expectLine()
        out.continuation("idling")
        return try tellUpdates(.all) { _ in .waiting }
    }

    /// Something has changed in the mailbox, or in one that NOTIFY named.
    func wake() {
        // What is being told now is followed by what has come meanwhile.
        guard wantsWakes, running == nil else { return }
        attempt([], "IDLE", .none) { () throws in try tellWhileIdle() }
    }

    private func tellWhileIdle() throws -> Completion {
        // RFC 5465 §6.1: of the selected mailbox at any time, where it was asked for so.
        guard isIdle || notification?.selected?.isImmediate == true else {
            try tellNotifications()
            return .waiting
        }
        return try tellUpdates(.all) { session in
            guard let selected = session.selected, selected.news.isThere else { return .waiting }
            return try session.tellWhileIdle()
        }
    }
}

import IMAPGrammar

extension Session {
    /// RFC 4978.
    func compress(_ algorithm: [UInt8]) -> Completion {
        guard algorithm.elementsEqual("DEFLATE".utf8) else { return .no(.cannot, "no such compression") }
        // RFC 4978 §3: a second one is refused.
        if isCompressed { return .no(.compressionActive, "DEFLATE is active") }
        isCompressed = true
        pauseNext(.compress)
        return .ok(nil, "DEFLATE begins")
    }
}

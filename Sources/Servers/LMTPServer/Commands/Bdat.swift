import SMTPGrammar

extension Session {
    /// RFC 3030 §2. The octets are on their way, whatever the answer is.
    func bdat(_ size: UInt64, isLast: Bool) {
        // What is far above the limit is not listened to.
        if size / 4 > UInt64(server.messageSize) { return close(Replies.farTooLarge) }
        reader.beginChunk(size)
        guard let client, let envelope, !envelope.recipients.isEmpty else {
            chunk = IncomingChunk(isLast: isLast, refusal: Replies.badSequence)
            return
        }
        if incoming == nil { beginMessage(of: envelope, from: client) }
        chunk = IncomingChunk(isLast: isLast)
    }
}

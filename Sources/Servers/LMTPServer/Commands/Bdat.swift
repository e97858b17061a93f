import SMTPGrammar

extension Session {
    /// RFC 3030 §2. The octets are on their way, whatever the answer is.
    func bdat(_ size: UInt64, isLast: Bool) {
        reader.beginChunk(size)
        guard let client, let envelope, !envelope.recipients.isEmpty else {
            chunk = IncomingChunk(isLast: isLast, refusal: Replies.badSequence)
            return
        }
        if incoming == nil { beginMessage(of: envelope, from: client) }
        // RFC 1870 §6.1: too large before it has come.
        if size > UInt64(server.messageSize), incoming?.refusal == nil { incoming?.refusal = Replies.tooLarge }
        chunk = IncomingChunk(isLast: isLast)
    }
}

import SMTPGrammar

extension Session {
    /// RFC 5321 §4.1.1.4.
    func data() {
        // RFC 3030 §2: not behind a chunk. RFC 2033 §4.2: 503 where no recipient was taken.
        guard let client, let envelope, incoming == nil, !envelope.recipients.isEmpty else { return refuse(Replies.badSequence) }
        beginMessage(of: envelope, from: client)
        reader.beginData()
        reply(Reply(354, nil, "send it, and end with a dot"))
    }
}

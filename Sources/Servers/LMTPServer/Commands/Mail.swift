import SMTPGrammar

extension Session {
    /// RFC 5321 §4.1.1.2.
    func mail(_ mail: MailCommand) {
        guard client != nil, envelope == nil else { return refuse(Replies.badSequence) }
        // RFC 6531 §3.4: only with the parameter are addresses other than ASCII.
        if !mail.isUTF8, mail.sender.text.utf8.contains(where: { $0 >= 0x80 }) { return refuse(Replies.needsUTF8) }
        // RFC 1870 §6.1
        if let size = mail.size, size > UInt64(server.messageSize) { return reply(Replies.tooLarge) }
        begin(mail)
        reply(Reply(250, EnhancedStatus(1, 0), "OK"))
    }
}

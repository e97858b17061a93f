import SMTPGrammar

/// The table of commands.
extension Session {
    func perform(_ command: Command) {
        switch command {
        case .lhlo(let name): lhlo(name)
        // RFC 2033 §4.1: never a positive answer.
        case .hello: refuse(Reply(500, EnhancedStatus(5, 1), "this is LMTP: say LHLO"))
        case .mail(let mail): self.mail(mail)
        case .rcpt(let path): rcpt(path)
        case .data: data()
        case .bdat(let size, let isLast): bdat(size, isLast: isLast)
        case .rset:
            reset()
            reply(Replies.ok)
        case .noop: reply(Replies.ok)
        // RFC 5321 §3.5.3, §7.3: who is there is not told.
        case .vrfy: reply(Reply(252, EnhancedStatus(0, 0), "try to deliver to it"))
        case .quit: close(Reply(221, EnhancedStatus(0, 0), "goodbye"))
        }
    }
}

import Database
import Directory
import Logging
import Mail
import SMTPGrammar

extension Session {
    /// RFC 5321 §4.1.1.3.
    func rcpt(_ path: ForwardPath) {
        guard let envelope, incoming == nil else { return refuse(Replies.badSequence) }
        if !envelope.isUTF8, !path.isASCII { return refuse(Replies.needsUTF8) }
        // RFC 5321 §4.5.3.1.10
        guard envelope.recipients.count < server.configuration.recipients else {
            return reply(Reply(452, EnhancedStatus(5, 3), "too many recipients"))
        }
        let answer: Reply
        do {
            answer = try judge(path, envelope)
        } catch {
            answer = Replies.reply(to: error, server.configuration.overQuota, logger)
        }
        if !answer.isPositive {
            server.metrics.answered(answer)
            logger.info("recipient refused", metadata: [
                "id": "\(envelope.id)", "from": "\(envelope.sender.text)", "to": "\(path.text)", "code": "\(answer.code)",
            ])
        }
        reply(answer)
    }

    private func judge(_ path: ForwardPath, _ envelope: Envelope) throws -> Reply {
        let services = server.services
        let outcome: Recipients.Outcome
        switch path {
        // RFC 5321 §4.5.1
        case .postmaster: outcome = try services.recipients.find(localPart: "postmaster", domain: nil, now: services.clock())
        case .mailbox(let address):
            guard case .domain(let domain) = address.domain.ascii else { return Replies.noSuchRecipient }
            outcome = try services.recipients.find(localPart: address.localPart, domain: domain, now: services.clock())
        }
        switch outcome {
        case .nobody: return Replies.noSuchRecipient
        case .unavailable(let reason):
            logger.warning("a directory cannot be asked", metadata: ["directory": "\(reason.directory)", "reason": "\(reason.reason)"])
            return Replies.reply(to: reason)
        case .found(let principal, let detail):
            let place = try services.elsewhere?(principal) ?? services.place
            let isThere = try place.database.read { tx in
                // Nobody would see what comes for a group that has no mailbox yet.
                guard try principal.kind == .user || place.store.mailbox(tx, of: principal.id, named: MailboxName.inbox) != nil
                else { return false }
                try place.store.checkDelivery(tx, of: envelope.announcedSize, to: principal.id)
                return true
            }
            guard isThere else { return Replies.noSuchRecipient }
            let target = DeliveryTarget(principal.id, detail.map { $0.isEmpty ? .inbox : .detail($0) } ?? .inbox)
            self.envelope?.recipients.append(Envelope.Recipient(path: path, target: target, place: place))
            return Reply(250, EnhancedStatus(1, 5), "OK")
        }
    }
}

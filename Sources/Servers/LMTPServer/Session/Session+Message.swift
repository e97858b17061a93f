import Database
import Logging
import Mail
import SMTPGrammar
import Synchronization

/// A message as it comes in. It is not held whole where it is large.
struct IncomingMessage {
    var upload: MessageUpload
    /// Why it is not wanted; what still comes of it is passed over.
    var refusal: Reply?
    /// Octets that came, wanted or not.
    var received = 0
}

/// RFC 3030 §2.
struct IncomingChunk {
    var isLast: Bool
    /// Where the chunk belongs to no message: its octets are on their way all the same.
    var refusal: Reply?
}

extension Session {
    /// The envelope is whole, and the message begins.
    func beginMessage(of envelope: Envelope, from client: HostName) {
        var upload = server.services.store.upload()
        upload.feed(TraceFields.bytes(
            of: envelope, from: client, peer, by: server.configuration.hostName, now: server.services.clock()))
        incoming = IncomingMessage(upload: upload)
    }

    func take(_ bytes: [UInt8]) {
        guard var message = incoming else { return }
        // So that there is one owner of what is held.
        incoming = nil
        message.received += bytes.count
        if message.refusal == nil {
            message.upload.feed(bytes)
            do {
                if message.upload.isTooLarge {
                    message.refusal = Replies.tooLarge
                } else if let part = message.upload.takeDue() {
                    let store = server.services.store
                    let now = server.services.clock()
                    message.upload.staged(try server.services.database.write { tx in try store.stage(tx, part, now: now) })
                }
            } catch {
                message.refusal = Replies.reply(to: error, server.configuration.overQuota, logger)
            }
        }
        incoming = message
        // A message that is too large is read to its end, so that it can be refused; one without an end is not.
        if message.received / 4 > server.messageSize { close(Replies.farTooLarge) }
    }

    func endOfData() {
        guard let chunk else { return endMessage() }
        self.chunk = nil
        if let refusal = chunk.refusal {
            refuse(refusal)
        } else if chunk.isLast {
            endMessage()
        } else {
            // RFC 3030 §2: a reply to each chunk.
            reply(incoming?.refusal ?? Replies.ok)
        }
    }

    private func endMessage() {
        guard let message = incoming, let envelope else { return reset() }
        // Who does not hear the answer sends it again.
        if isCut.load(ordering: .relaxed) { return reset() }
        incoming = nil
        self.envelope = nil
        let began = ContinuousClock.now
        let replies = deliver(message, envelope)
        let time = (ContinuousClock.now - began).components
        server.metrics.deliveryEnded(nanoseconds: time.seconds &* 1_000_000_000 &+ time.attoseconds / 1_000_000_000)
        // RFC 2033 §4.2: one for each RCPT that was taken, in their order.
        for answer in replies {
            server.metrics.answered(answer)
            reply(answer)
        }
    }

    private func deliver(_ message: IncomingMessage, _ envelope: Envelope) -> [Reply] {
        func all(_ reply: Reply) -> [Reply] {
            discard(message)
            logger.info("not delivered", metadata: [
                "id": "\(envelope.id)", "from": "\(envelope.sender.text)", "recipients": "\(envelope.recipients.count)",
                "code": "\(reply.code)",
            ])
            return Array(repeating: reply, count: envelope.recipients.count)
        }
        if let refusal = message.refusal { return all(refusal) }
        let targets = envelope.targets
        let outcomes: [DeliveryOutcome]
        do {
            let content = try message.upload.finish()
            outcomes = try server.services.store.deliver(
                server.services.database, content, to: targets, now: server.services.clock())
        } catch {
            return all(Replies.reply(to: error, server.configuration.overQuota, logger))
        }
        let isTaken = outcomes.contains { if case .delivered = $0 { true } else { false } }
        if !isTaken { discard(message) }
        let byTarget = Dictionary(zip(targets, outcomes)) { first, _ in first }
        return envelope.recipients.map { recipient in
            let reply = answer(to: byTarget[recipient.target], envelope)
            log(recipient, byTarget[recipient.target], envelope, reply)
            return reply
        }
    }

    private func answer(to outcome: DeliveryOutcome?, _ envelope: Envelope) -> Reply {
        switch outcome {
        case .delivered: Reply(250, EnhancedStatus(0, 0), "delivered, id \(envelope.id)")
        case .refused(let refusal): Replies.reply(to: refusal, server.configuration.overQuota)
        case .noRecipient: Replies.noSuchRecipient
        case nil: Reply(451, EnhancedStatus(3, 0), "the server has a fault")
        }
    }

    private func log(_ recipient: Envelope.Recipient, _ outcome: DeliveryOutcome?, _ envelope: Envelope, _ reply: Reply) {
        var metadata: Logger.Metadata = [
            "id": "\(envelope.id)", "from": "\(envelope.sender.text)", "to": "\(recipient.path.text)", "code": "\(reply.code)",
        ]
        if case .delivered(let mailbox, let uid) = outcome {
            metadata["mailbox"] = "\(mailbox.rawValue)"
            metadata["uid"] = "\(uid)"
            logger.info("delivered", metadata: metadata)
        } else {
            logger.info("not delivered", metadata: metadata)
        }
    }

    /// What was stored of it before it was whole. What is forgotten goes by itself after a day.
    func discard(_ message: IncomingMessage) {
        guard let content = message.upload.stagedContent else { return }
        let store = server.services.store
        try? server.services.database.write { tx in try store.discard(tx, content) }
    }
}

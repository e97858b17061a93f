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
        guard var message = incoming else { return passOver() }
        // So that there is one owner of what is held.
        incoming = nil
        if message.refusal == nil {
            message.upload.feed(bytes)
            do {
                if message.upload.isTooLarge {
                    message.refusal = Replies.tooLarge
                    discard(message)
                    message.upload = server.services.store.upload()
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
        if message.refusal != nil { passOver() }
    }

    /// What is refused is read to its end, so that the client hears of it: who is cut off while it sends takes that for a fault of the
    /// network, and comes again. One without an end is not.
    private func passOver() {
        let now = server.services.clock()
        guard let began = passingOverSince else {
            passingOverSince = now
            return
        }
        guard now - began > Self.longestPassingOver else { return }
        endOfData()
        close(Replies.tooLong)
    }

    /// Milliseconds. RFC 5321 §4.5.3.2.6: for as long the client waits at the end of a message.
    private static let longestPassingOver: Int64 = 10 * 60_000

    func endOfData() {
        passingOverSince = nil
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
        server.metrics.deliveryEnded(ContinuousClock.now - began)
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
        let content: NewContent
        do {
            content = try message.upload.finish()
        } catch {
            return all(Replies.reply(to: error, server.configuration.overQuota, logger))
        }
        let began = ContinuousClock.now
        let outcomes = server.services.store.deliver(
            server.services.database, content, to: envelope.recipients.map(\.target), now: server.services.clock(),
            while: { !isCut.load(ordering: .relaxed) && ContinuousClock.now - began < Self.longestDelivery })
        logFailures(outcomes)
        let isTaken = outcomes.contains { if case .delivered = $0 { true } else { false } }
        if !isTaken { discard(message) }
        return zip(envelope.recipients, outcomes).map { recipient, outcome in
            let reply = answer(to: outcome, envelope)
            log(recipient, outcome, envelope, reply)
            return reply
        }
    }

    /// RFC 5321 §4.5.3.2.6: the client waits for 10 minutes.
    private static let longestDelivery = Duration.seconds(5 * 60)

    /// Each once: it is mostly one for many recipients.
    private func logFailures(_ outcomes: [DeliveryOutcome]) {
        var seen: Set<String> = []
        for case .failed(let failure) in outcomes where seen.insert("\(failure)").inserted {
            logger.error("delivery failed", metadata: ["failure": "\(failure)"])
        }
    }

    private func answer(to outcome: DeliveryOutcome, _ envelope: Envelope) -> Reply {
        switch outcome {
        case .delivered: Reply(250, EnhancedStatus(0, 0), "delivered, id \(envelope.id)")
        case .refused(let refusal): Replies.reply(to: refusal, server.configuration.overQuota)
        case .noRecipient: Replies.noSuchRecipient
        case .failed(let failure): Replies.reply(to: failure)
        }
    }

    private func log(_ recipient: Envelope.Recipient, _ outcome: DeliveryOutcome, _ envelope: Envelope, _ reply: Reply) {
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

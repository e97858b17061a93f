import Database
import Logging
import Mail
import SMTPGrammar
import Synchronization

/// A message as it comes in. It is not held whole where it is large.
struct IncomingMessage {
    /// One for each place that has some of the recipients: of one message no two databases have the octets together.
    struct Upload {
        var place: DeliveryPlace
        var upload: MessageUpload
    }

    var uploads: [Upload]
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
        let trace = TraceFields.bytes(
            of: envelope, from: client, peer, by: server.configuration.hostName, now: server.services.clock())
        var places: [DeliveryPlace] = []
        for recipient in envelope.recipients where !places.contains(where: { $0.store === recipient.place.store }) {
            places.append(recipient.place)
        }
        incoming = IncomingMessage(uploads: places.map { place in
            var upload = place.store.upload()
            upload.feed(trace)
            return IncomingMessage.Upload(place: place, upload: upload)
        })
    }

    func take(_ bytes: [UInt8]) {
        guard var message = incoming else { return passOver() }
        // So that there is one owner of what is held.
        incoming = nil
        if message.refusal == nil {
            do {
                let now = server.services.clock()
                for index in message.uploads.indices {
                    message.uploads[index].upload.feed(bytes)
                    guard let part = message.uploads[index].upload.takeDue() else { continue }
                    let place = message.uploads[index].place
                    message.uploads[index].upload.staged(try place.database.write { tx in try place.store.stage(tx, part, now: now) })
                }
                if message.uploads.contains(where: \.upload.isTooLarge) {
                    message.refusal = Replies.tooLarge
                    discard(message)
                    message.uploads = []
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
        let contents: [NewContent]
        do {
            contents = try message.uploads.map { try $0.upload.finish() }
        } catch {
            return all(Replies.reply(to: error, server.configuration.overQuota, logger))
        }
        let began = ContinuousClock.now
        var outcomes = [DeliveryOutcome](repeating: .noRecipient, count: envelope.recipients.count)
        for (upload, content) in zip(message.uploads, contents) {
            let indices = envelope.recipients.indices.filter { envelope.recipients[$0].place.store === upload.place.store }
            let there = upload.place.store.deliver(
                upload.place.database, content, to: indices.map { envelope.recipients[$0].target }, now: server.services.clock(),
                while: { !isCut.load(ordering: .relaxed) && ContinuousClock.now - began < Self.longestDelivery })
            for (index, outcome) in zip(indices, there) { outcomes[index] = outcome }
            let isTaken = there.contains { if case .delivered = $0 { true } else { false } }
            if !isTaken { discard(upload) }
        }
        logFailures(outcomes)
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
        for upload in message.uploads { discard(upload) }
    }

    private func discard(_ upload: IncomingMessage.Upload) {
        guard let content = upload.upload.stagedContent else { return }
        try? upload.place.database.write { tx in try upload.place.store.discard(tx, content) }
    }
}

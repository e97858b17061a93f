import CollectionStore
import Database

extension MailStore {
    /// What segments say of messages that is not so.
    func orderFaults(_ database: any Database, of mailbox: MailboxID) throws -> [String] {
        var faults: [String] = []
        var next: UID? = 1
        while let uid = next {
            next = try database.read { tx -> UID? in
                guard let stored = try MailOrder.segments(tx, of: mailbox, from: uid, .all, limit: 1).first else { return nil }
                if try !isSound(tx, stored, of: mailbox) { faults.append("the order of its messages up to \(stored.range.upperBound) is not theirs") }
                return stored.range.upperBound < .max ? stored.range.upperBound + 1 : nil
            }
        }
        return faults
    }

    private func isSound(_ tx: borrowing ReadTransaction, _ stored: MailOrder.Stored, of mailbox: MailboxID) throws -> Bool {
        let segment = stored.segment
        var index = 0
        var isSound = true
        try messages(tx, UIDSet(stored.range), in: mailbox, with: .keys) { message in
            while index < segment.count, segment.uids[index] < message.uid { index += 1 }
            var builder = OrderSegmentBuilder(.all)
            builder.append(message)
            isSound = index < segment.count && segment.part(at: index) == builder.take().part(at: 0)
            return isSound
        }
        return isSound
    }
}

extension OrderSegment {
    /// One message as a segment of its own.
    fileprivate func part(at index: Int) -> OrderSegment {
        var part = OrderSegment()
        part.uids = [uids[index]]
        part.arrivals = [arrivals[index]]
        part.sent = [sent[index]]
        part.sizes = [sizes[index]]
        part.areReplies = index < areReplies.count ? [areReplies[index]] : []
        let references = Array(identifiers.references(at: index))
        part.identifiers = Identifiers(
            own: index < identifiers.own.count ? [identifiers.own[index]] : [], references: references, ends: [references.count])
        for (place, texts) in texts.enumerated() where index < texts.places.count && Int(texts.places[index]) < texts.distinct.count {
            part.texts[place] = Texts(distinct: [texts.distinct[Int(texts.places[index])]], places: [0])
        }
        return part
    }
}

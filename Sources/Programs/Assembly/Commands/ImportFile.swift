import Bytes
import Calendars
package import CollectionStore
import Contacts
import Cryptography
import Database
import Directory
import ICalendar
import VCard

/// `tegu import`: a whole .ics or .vcf file into a collection, object by object.
///
/// It is idempotent by UID: an object that is there with the same bytes is left, one with other bytes is replaced under its name.
/// One object that cannot be taken is told and passed over.
package struct ImportFile {
    package struct Outcome: Sendable, Equatable {
        package var created = 0
        package var replaced = 0
        package var unchanged = 0
        package var refused = 0
    }

    private struct Incoming {
        var uid: String
        var bytes: [UInt8]
        var line: Int
    }

    /// Objects that are committed together.
    private static let batch = 100

    let installation: Installation
    let collection: Collection
    /// One line for each refused object.
    let report: (String) -> Void
    /// How many bytes of the file have been worked off.
    let progress: (Int) -> Void

    package init(
        _ installation: Installation, into collection: Collection, report: @escaping (String) -> Void,
        progress: @escaping (Int) -> Void
    ) {
        self.installation = installation
        self.collection = collection
        self.report = report
        self.progress = progress
    }

    func run(_ file: ImportSource) throws -> Outcome {
        var outcome = Outcome()
        var waiting: [Incoming] = []
        func flush() throws {
            try put(waiting, &outcome)
            waiting.removeAll(keepingCapacity: true)
        }
        func refuse(_ line: Int, _ uid: String?, _ reason: String) {
            outcome.refused += 1
            report("line \(line)\(uid.map { ", UID \($0)" } ?? ""): \(reason)")
        }
        if collection.kind == .calendar {
            var splitter = try CalendarSplitter(byteCount: file.size, read: file.read)
            while let item = try splitter.next() {
                switch item {
                case .object(let object):
                    waiting.append(Incoming(uid: object.uid, bytes: object.bytes, line: object.lineNumber))
                    progress(object.sourceByteCount)
                case .refused(let refusal): refuse(refusal.lineNumber, refusal.uid, refusal.reason)
                }
                if waiting.count == Self.batch { try flush() }
            }
        } else {
            // The same card without a UID gets the same one when the file is read again.
            var splitter = VCardSplitter(
                byteCount: file.size, makeUID: { "tegu-" + String(utf8: Hexadecimal.encode(SHA256.hash($0).prefix(16))) },
                read: file.read)
            while let item = try splitter.next() {
                switch item {
                case .card(let card):
                    waiting.append(Incoming(uid: card.uid, bytes: card.bytes, line: card.lineNumber))
                    progress(card.sourceByteCount)
                case .refused(let refusal): refuse(refusal.lineNumber, nil, refusal.reason)
                }
                if waiting.count == Self.batch { try flush() }
            }
        }
        try flush()
        return outcome
    }

    private func put(_ incoming: [Incoming], _ outcome: inout Outcome) throws {
        var ready: [(Incoming, MemberContent)] = []
        for object in incoming {
            do {
                ready.append((object, try ownContent(object.bytes)))
            } catch {
                outcome.refused += 1
                report("line \(object.line), UID \(object.uid): \(error)")
            }
        }
        if ready.isEmpty { return }
        var refusals: [String] = []
        let done = try installation.database.write { tx -> Outcome in
            refusals.removeAll()
            var done = Outcome()
            guard let collection = try Collections.find(tx.read, collection.id) else { throw StoreRefusal.notFound }
            let now = System.clock()
            try ChangeBatch.run(tx, in: collection, now: now) { batch in
                for (object, content) in ready {
                    do {
                        switch try put(tx, object, content, in: collection, with: batch, now: now) {
                        case .created: done.created += 1
                        case .replaced: done.replaced += 1
                        case .unchanged: done.unchanged += 1
                        }
                    } catch let refusal as StoreRefusal {
                        done.refused += 1
                        refusals.append("line \(object.line), UID \(object.uid): \(CommandError.text(of: refusal))")
                    }
                }
            }
            return done
        }
        for refusal in refusals { report(refusal) }
        outcome.created += done.created
        outcome.replaced += done.replaced
        outcome.unchanged += done.unchanged
        outcome.refused += done.refused
    }

    private func put(
        _ tx: borrowing WriteTransaction, _ object: Incoming, _ content: MemberContent, in collection: Collection, with batch: ChangeBatch,
        now: Milliseconds
    ) throws -> Members.PutOutcome {
        let present = try Members.name(tx.read, of: content.facts.uid ?? object.uid, in: collection)
        let name = try present ?? freeName(tx.read, for: object.uid)
        let existing = try present.flatMap { try Members.find(tx.read, in: collection.id, name: $0) }
        if let existing, existing.etag != content.etag, try isSame(tx.read, existing, object.bytes) { return .unchanged }
        return try Members.put(tx, in: collection, name: name, existing: existing, content: content, with: batch, now: now)
    }

    /// What a client sent stays as it is where the file, such as an export of it, has nothing else in it.
    private func isSame(_ tx: borrowing ReadTransaction, _ existing: Member, _ bytes: [UInt8]) throws -> Bool {
        guard collection.kind == .calendar else { return false }
        let stored = try installation.files.bytes(of: Blobs.read(tx, existing.blobID))
        guard let there = try? CalendarDocument.parse(stored), let here = try? CalendarDocument.parse(bytes) else { return false }
        return there.hasSameComponents(as: here)
    }

    /// Without references to attachments that are not the collection's owner's: a file gives no right to them.
    private func ownContent(_ bytes: [UInt8]) throws -> MemberContent {
        let content = try content(bytes)
        if content.facts.attachments.isEmpty { return content }
        let isOwn = try installation.database.read { tx in
            try content.facts.attachments.allSatisfy { id in
                try Attachments.find(tx, managedID: id).map { $0.owner == collection.owner } ?? true
            }
        }
        if isOwn { return content }
        return try self.content(CalendarObjectResource.validate(bytes).withoutManagedIDs())
    }

    private func content(_ bytes: [UInt8]) throws(CommandError) -> MemberContent {
        if collection.kind == .calendar {
            do throws(CalendarRefusal) {
                let content = try CalendarContent(
                    bytes, maximumSize: installation.settings.limits.calendarObject,
                    maximumAttendees: installation.settings.limits.attendees, timeZones: installation.timeZones)
                return try content.admitted(to: collection)
            } catch { throw CommandError(.someRefused, CommandError.text(of: error)) }
        }
        do throws(CardRefusal) {
            return try CardContent(bytes, maximumSize: installation.settings.limits.addressObject).content
        } catch { throw CommandError(.someRefused, CommandError.text(of: error)) }
    }

    /// A name made of the UID, as clients make it, where that is a plain one; else of its hash.
    private func freeName(_ tx: borrowing ReadTransaction, for uid: String) throws -> String {
        let ending = collection.kind == .calendar ? ".ics" : ".vcf"
        let isPlain = uid.utf8.count <= 200 && !uid.hasPrefix(".") && uid.utf8.allSatisfy {
            $0.isASCIILetter || $0.isASCIIDigit || [0x2D, 0x2E, 0x5F, 0x40].contains($0)
        }
        let name = (isPlain ? uid : String(utf8: Hexadecimal.encode(SHA256.hash([UInt8](uid.utf8)).prefix(16)))) + ending
        if try Members.find(tx, in: collection.id, name: name) == nil { return name }
        return String(utf8: Hexadecimal.encode(System.random(16))) + ending
    }
}

import Calendars
import CollectionStore
import Contacts
import DAVGrammar
import Directory
import XML

/// `restore-to`: its owner sets a time (RFC 3339) on a calendar, a book or a folder, and the collection holds again what it held then (`Rewind`).
/// It is not kept, and cannot be read.
extension PropertyTable {
    static let restore: [LiveProperty] = [
        LiveProperty(
            name: Tegu.restoreTo,
            setting: .init(kinds: [.calendar, .book, .folder, .fileHome], take: { tx, collection, element, access, server in
                guard let element else { return true }
                // It brings back and takes away what not all see.
                guard access.rights.isSuperset(of: .all) else { throw Reply(.forbidden, "Only its owner brings a collection back.") }
                guard let time = InternetDate.parse(String(decoding: element.trimmedText, as: UTF8.self)) else {
                    // RFC 4918 §9.2.1: a value that is not appropriate for the property.
                    throw Reply(.conflict, "It is no time as RFC 3339 has it.")
                }
                let now = server.clock()
                do {
                    _ = try Rewind.run(
                        tx, collection, to: time, oldest: now - server.configuration.historyKeep, by: access.owner?.id,
                        files: server.files, facts: { server.facts($0, $1) }, now: now)
                } catch let refusal as Rewind.Refusal {
                    throw Reply(refusal)
                }
                return true
            }))
    ]
}

extension Reply {
    fileprivate init(_ refusal: Rewind.Refusal) {
        switch refusal {
        case .notYetMade: self.init(.conflict, "It was not there then.")
        case .forgotten: self.init(.conflict, "What it held then is not known any more.")
        case .future: self.init(.conflict, "That time has not come yet.")
        case .locked: self.init(.locked, "Something in it is locked.")
        }
    }
}

extension DAVServer {
    fileprivate func facts(_ kind: CollectionKind, _ bytes: [UInt8]) -> MemberFacts? {
        switch kind {
        case .calendar: try? CalendarContent.facts(of: bytes, timeZones: timeZones)
        case .book: try? CardContent.facts(of: bytes)
        case .folder, .fileHome, .notifications: MemberFacts()
        case .calendarHome, .bookHome: nil
        }
    }
}

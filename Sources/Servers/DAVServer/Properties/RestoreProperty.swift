import CivilTime
import CollectionStore
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
                guard let time = InternetTime.milliseconds(element.trimmedText, isLenient: true) else {
                    // RFC 4918 §9.2.1: a value that is not appropriate for the property.
                    throw Reply(.conflict, "It is no time as RFC 3339 has it.")
                }
                let now = server.clock()
                do {
                    _ = try Rewind.run(
                        tx, collection, to: time, oldest: now - server.configuration.historyKeep, by: access.owner?.id,
                        files: server.files, facts: ObjectProjection(timeZones: server.timeZones).facts, now: now)
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

import Bytes
import Locks

/// The time zone database as rules by name. Its bytes come from a closure, so that this module reads no files.
package final class TimeZoneDatabase: Sendable {
    /// What decides where a name of the database has a definition beside it, in the calendar that uses it.
    package enum Precedence: String, CaseIterable, Sendable {
        /// That definition.
        case embedded
        /// The database.
        case database
    }

    package let index: TimeZoneIndex
    package let precedence: Precedence
    /// When the data was last changed; nil where that is not known.
    package let modified: Instant?
    /// Of the VTIMEZONEs that objects bring along.
    package let definitions = DefinitionCache()
    private let load: @Sendable (String) -> [UInt8]?
    private let cache = Guarded<[String: ZoneRules]>([:])

    /// `load` gives a zone's TZif file (RFC 9636) by the zone's name; it is called from any thread, and only with
    /// names that `isName` takes. Without an index names are found in the spelling of the database only.
    package init(
        index: TimeZoneIndex = TimeZoneIndex(), precedence: Precedence = .embedded, modified: Instant? = nil,
        load: @escaping @Sendable (String) -> [UInt8]?
    ) {
        self.index = index
        self.precedence = precedence
        self.modified = modified
        self.load = load
    }

    /// Nil for a name that the database does not have, and for a file that cannot be read.
    package func rules(named name: String) -> ZoneRules? {
        guard Self.isName(name), let name = index.isEmpty ? name : index.spelling(of: name) else { return nil }
        if let known = cache.withLock({ $0[name] }) { return known }
        // A system may have left out the files of links.
        guard let bytes = load(name) ?? load(index.zone(of: name)),
            let rules = try? TZif(bytes).rules
        else { return nil }
        cache.withLock { cache in
            if cache.count >= Self.cacheLimit { cache.removeAll() }
            cache[name] = rules
        }
        return rules
    }

    /// `name` as the database writes it; nil for one that it does not have.
    package func name(_ name: String) -> String? {
        guard rules(named: name) != nil else { return nil }
        return index.isEmpty ? name : index.spelling(of: name)
    }

    /// The list of leap seconds, as IERS and NIST write it, that comes with the database; nil where it does not.
    package var leapSeconds: [UInt8]? { load("leap-seconds.list") }

    /// More than the database has names.
    private static let cacheLimit = 1000

    /// Whether `name` is made as names of zones are: parts between slashes, of letters, digits and `._+-`, none of
    /// them empty or beginning with a dot. So it is safe as a path below a folder.
    package static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard 1...100 ~= bytes.count else { return false }
        return bytes.split(separator: 0x2F, omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, first != 0x2E else { return false }
            return part.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x5F || $0 == 0x2D || $0 == 0x2B || $0 == 0x2E
            }
        }
    }
}

import Bytes

/// The names that a time zone database has, so that they can be listed, and found by other spellings.
package struct TimeZoneIndex: Sendable {
    /// The release of the data, such as `2025b`.
    package private(set) var version: String?
    /// Zones and links, in the order of the source.
    package private(set) var names: [String] = []
    private var spellings: [String: String] = [:]
    private var targets: [String: String] = [:]
    private var cities: [String: [String]] = [:]

    /// An index that knows nothing.
    package init() {}

    package init(names: some Sequence<String>) {
        for name in names { insert(name) }
    }

    /// Reads `tzdata.zi`, the text that the database's own compiler takes (zic(8)): lines `Z name ...` and `L target
    /// link`, and the version in a comment on the first line. Other lines are passed over.
    package init(tzdata bytes: [UInt8]) {
        for line in bytes.split(separator: 0x0A) {
            let words = line.prefix(200).split(separator: 0x20, maxSplits: 3)
            guard words.count >= 3 else { continue }
            switch words[0].first {
            case 0x23 where version == nil && words[1].elementsEqual("version".utf8): version = String(utf8: words[2])
            case 0x5A where words[0].count == 1: insert(String(utf8: words[1]))
            case 0x4C where words[0].count == 1:
                let link = String(utf8: words[2])
                insert(link)
                targets[link] = String(utf8: words[1])
            default: break
            }
        }
    }

    package var isEmpty: Bool { names.isEmpty }

    /// `name` as the database writes it, upper and lower case being the same.
    package func spelling(of name: String) -> String? { spellings[Self.folded(name)] }

    /// The zone that a link stands for, and of a zone itself.
    package func zone(of name: String) -> String {
        var name = name
        // A link to a link is allowed, one to itself is not.
        for _ in 0..<8 {
            guard let target = targets[name] else { break }
            name = target
        }
        return name
    }

    /// The zones that are called after a place, the one listed first at the front.
    func zones(of city: String) -> [String] { cities[Self.folded(city)] ?? [] }

    private mutating func insert(_ name: String) {
        guard names.count < 10_000, TimeZoneDatabase.isName(name),
            spellings.updateValue(name, forKey: Self.folded(name)) == nil
        else { return }
        names.append(name)
        if let slash = name.utf8.lastIndex(of: 0x2F), !name.hasPrefix("Etc/") {
            let city = name[name.utf8.index(after: slash)...]
            cities[Self.folded(String(city).map { $0 == "_" ? " " : String($0) }.joined()), default: []].append(name)
        }
    }

    private static func folded(_ name: String) -> String { String(utf8: name.utf8.map(\.asciiLowercased)) }
}

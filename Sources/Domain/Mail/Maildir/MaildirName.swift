import Bytes
import IMAPGrammar

/// The name of a message's file: a unique part, and after a colon what programs say of it.
struct MaildirName: Sendable, Equatable {
    enum Place: Int64, Sendable {
        case new = 1
        case cur = 2

        var directory: String { self == .new ? "new" : "cur" }
    }

    var base: String
    var place: Place
    /// With the colon; empty where there is none.
    var suffix: String

    init(base: String, place: Place, suffix: String) {
        self.base = base
        self.place = place
        self.suffix = suffix
    }

    init(_ name: String, in place: Place) {
        let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) ?? name.endIndex
        base = String(name[..<colon])
        suffix = String(name[colon...])
        self.place = place
    }

    /// Below the folder.
    var path: String { "\(place.directory)/\(base)\(suffix)" }

    /// The flags' letters, also unknown ones.
    var letters: Set<UInt8> { Self.letters(suffix) }

    static func letters(_ suffix: String) -> Set<UInt8> {
        guard suffix.hasPrefix(":2,") else { return [] }
        return Set(suffix.utf8.dropFirst(3).prefix { $0 != UInt8(ascii: ",") })
    }

    static func suffix(_ letters: Set<UInt8>) -> String { ":2," + String(decoding: letters.sorted(), as: UTF8.self) }

    /// One that nobody has. Dovecot reads sizes from it: S of the file, W with CRLF at the lines' ends.
    static func fresh(seconds: Int64, fileSize: Int64, size: Int64) -> String {
        var random = SystemRandomNumberGenerator()
        let unique = String(random.next(), radix: 16)
        return "\(max(0, seconds)).R\(unique).tegu,S=\(fileSize),W=\(size)"
    }

    /// For a file of another program that cannot keep its name.
    static func fresh(ofOthers now: Int64) -> String { String(fresh(seconds: now / 1000, fileSize: 0, size: 0).prefix { $0 != "," }) }

    /// The second in which a file came, with which its name begins; 0: it does not.
    static func second(_ base: String) -> Int64 { Int64(base.prefix { $0.isASCII && $0.isNumber }) ?? 0 }

    /// Whether a file of others can keep its name: it must be a text of the database, and have room for flags.
    static func isUsable(_ name: [UInt8]) -> Bool { name.count <= 200 && name.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
}

/// Which letter each keyword of a folder is: Dovecot's file `dovecot-keywords`, "0 $Label1" a line. What has a letter keeps it.
struct MaildirKeywords: Equatable {
    private var names: [UInt8: String] = [:]
    static let file = "dovecot-keywords"
    /// As Courier and Dovecot have it: P is "passed".
    private static let forwarded = [UInt8]("$forwarded".utf8)

    init(_ file: [UInt8]) {
        for (letter, name) in MaildirFlags.keywords(file) {
            if let byte = letter.asciiValue { names[byte] = name }
        }
    }

    func name(of letter: UInt8) -> String? {
        letter == UInt8(ascii: "P") ? "$Forwarded" : names[letter]
    }

    func letter(of keyword: String) -> UInt8? {
        let bytes = [UInt8](keyword.utf8)
        if bytes.equalsIgnoringASCIICase(Self.forwarded) { return UInt8(ascii: "P") }
        return names.first { [UInt8]($0.value.utf8).equalsIgnoringASCIICase(bytes) }?.key
    }

    /// There are 26; those that come later stay in the index alone. False where nothing is new.
    mutating func add(_ keywords: [String]) -> Bool {
        let before = names.count
        for keyword in keywords where letter(of: keyword) == nil {
            guard let free = (UInt8(ascii: "a")...UInt8(ascii: "z")).first(where: { names[$0] == nil }) else { break }
            names[free] = keyword
        }
        return names.count != before
    }

    var encoded: [UInt8] {
        names.sorted { $0.key < $1.key }.flatMap { Array("\($0.key - UInt8(ascii: "a")) \($0.value)\n".utf8) }
    }

    // MARK: Flags

    private static let system: [(UInt8, SystemFlags)] = [
        (UInt8(ascii: "D"), .draft), (UInt8(ascii: "F"), .flagged), (UInt8(ascii: "R"), .answered), (UInt8(ascii: "S"), .seen),
        (UInt8(ascii: "T"), .deleted),
    ]

    static func isSystem(_ letter: UInt8) -> Bool { system.contains { $0.0 == letter } }

    /// Those of the letters that are the server's; the others are of programs that know more.
    func isKnown(_ letter: UInt8) -> Bool { Self.isSystem(letter) || name(of: letter) != nil }

    /// - Parameter keywords: the mailbox's, in the order of their bits.
    func letters(_ flags: UInt64, _ keywords: [String]) -> Set<UInt8> {
        var letters: Set<UInt8> = []
        for (letter, flag) in Self.system where flags & flag.rawValue != 0 { letters.insert(letter) }
        for (number, keyword) in keywords.enumerated().prefix(FlagBits.keywordCount) where flags & FlagBits.keyword(number) != 0 {
            if let letter = letter(of: keyword) { letters.insert(letter) }
        }
        return letters
    }

    func flags(_ letters: Set<UInt8>) -> MessageFlags {
        var flags = MessageFlags()
        for (letter, flag) in Self.system where letters.contains(letter) { flags.system.insert(flag) }
        flags.keywords = letters.sorted().filter { !Self.isSystem($0) }.compactMap(name)
        return flags
    }
}

/// The name of a folder in Maildir++: `.Sub.Folder`, each level in modified UTF-7.
enum MaildirFolderName {
    /// A dot within a level, as Courier has it.
    private static let dot = [UInt8]("&AC4-".utf8)
    /// The longest that a file's name may be.
    static let longest = 255

    static func encode(_ name: String) -> String {
        var out: [UInt8] = []
        for level in name.utf8.split(separator: UInt8(ascii: "/")) {
            out.append(UInt8(ascii: "."))
            for (index, part) in level.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).enumerated() {
                if index > 0 { out += dot }
                out += ModifiedUTF7.encode(Array(part))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil for what is no name of a folder. Dovecot also writes UTF-8.
    static func decode(_ folder: String) -> String? {
        guard folder.utf8.first == UInt8(ascii: ".") else { return nil }
        var levels: [String] = []
        for level in folder.utf8.dropFirst().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            var parts: [String] = []
            for part in split(Array(level)) {
                guard let text = ModifiedUTF7.decode(part).map({ String(utf8: $0) }), !text.utf8.contains(UInt8(ascii: "/")) else { return nil }
                parts.append(text)
            }
            let name = parts.joined(separator: ".")
            if name.isEmpty { return nil }
            levels.append(name)
        }
        return levels.joined(separator: "/")
    }

    /// At each coded dot.
    private static func split(_ level: [UInt8]) -> [[UInt8]] {
        var parts: [[UInt8]] = [[]]
        var rest = level[...]
        while let byte = rest.first {
            if rest.starts(with: dot) {
                parts.append([])
                rest = rest.dropFirst(dot.count)
            } else {
                parts[parts.count - 1].append(byte)
                rest = rest.dropFirst()
            }
        }
        return parts
    }
}

import Bytes
import ContentLines

/// Cuts a whole vCard file, of any size, into address objects, in one reading. One card is held at a time.
///
/// Cards of version 3.0 and 4.0 keep their lines as they are; cards of 2.1 become 3.0. Text that is not UTF-8 becomes
/// UTF-8. Whether two cards have the same UID is for the caller to see, who knows what the book has already.
package struct VCardSplitter {
    /// One step of the result.
    package enum Item: Equatable, Sendable {
        case card(Card)
        case refused(Refusal)
    }

    /// A card that can be stored.
    package struct Card: Equatable, Sendable {
        package var uid: String
        /// What `AddressObjectResource.validate` accepts.
        package var bytes: [UInt8]
        /// Where it begins in the file.
        package var lineNumber: Int
        /// How much of the file it takes up.
        package var sourceByteCount: Int
    }

    /// A card that could not be taken.
    package struct Refusal: Equatable, Sendable {
        package var lineNumber: Int
        package var reason: String
    }

    private let read: (Range<Int>) throws -> [UInt8]
    private let fallbackCharset: String
    private let cardByteCount: Int
    private let makeUID: ([UInt8]) -> String
    private var lines: ContentLineStream
    /// A card's BEGIN that was met while the one before had no END.
    private var pendingBegin: ContentLineStream.Line?
    private var isCut = false

    /// - Parameters:
    ///   - fallbackCharset: what text is in that is neither UTF-8 nor says what it is; `windows-1251` for cards of old
    ///     telephones in Russia.
    ///   - cardByteCount: more than this, and a card is refused.
    ///   - makeUID: the UID for a card that has none; it gets the card's lines, ended by CRLF, so that it can give
    ///     the same one when the same file is read again.
    ///   - read: the bytes of a range of the file.
    package init(
        byteCount: Int, fallbackCharset: String = "windows-1252", cardByteCount: Int = 32 << 20,
        makeUID: @escaping ([UInt8]) -> String, read: @escaping (Range<Int>) throws -> [UInt8]
    ) {
        self.fallbackCharset = fallbackCharset
        self.cardByteCount = cardByteCount
        self.makeUID = makeUID
        self.read = read
        lines = ContentLineStream(byteCount: byteCount, read: read)
    }

    /// For a file that is in memory.
    package init(
        _ bytes: [UInt8], fallbackCharset: String = "windows-1252", makeUID: @escaping ([UInt8]) -> String
    ) {
        self.init(byteCount: bytes.count, fallbackCharset: fallbackCharset, makeUID: makeUID) { Array(bytes[$0]) }
    }

    /// How far the file has been read.
    package var offset: Int { lines.offset }

    /// In the order of the file; nil at its end.
    package mutating func next() throws -> Item? {
        guard let begin = try nextBegin() else { return nil }
        let end = try endOfCard()
        let range = begin.range.lowerBound..<max(begin.range.upperBound, end)
        if isCut { return refused(begin, "The file ends within this card, in the middle of a line.") }
        if range.count > cardByteCount {
            return refused(begin, "The card has \(range.count) bytes; at most \(cardByteCount) are taken.")
        }
        do {
            let document = try VCardDocument.parse(try read(range))
            guard let card = document.cards.first else {
                return refused(begin, "This is no card.")
            }
            let bytes = try store(card)
            let resource = try AddressObjectResource.validate(bytes)
            return .card(Card(
                uid: resource.uid, bytes: bytes, lineNumber: begin.number, sourceByteCount: range.count))
        } catch let error as ParseError {
            return refused(begin, "The card cannot be read: \(error).")
        } catch let error as AddressObjectInvalid {
            return refused(begin, error.sentence)
        }
    }

    private func refused(_ begin: ContentLineStream.Line, _ reason: String) -> Item {
        .refused(Refusal(lineNumber: begin.number, reason: reason))
    }

    private mutating func nextBegin() throws -> ContentLineStream.Line? {
        if let begin = pendingBegin {
            pendingBegin = nil
            return begin
        }
        while let line = try lines.next() {
            if line.kind == Self.begin { return line }
        }
        return nil
    }

    /// Reads on to the END, or to where the next card begins, or to the end of the file.
    private mutating func endOfCard() throws -> Int {
        var depth = 1
        var lastEnd = 0
        var lastProperty: Range<Int>?
        while let line = try lines.next() {
            if line.kind == Self.end {
                depth -= 1
                if depth == 0 { return line.range.upperBound }
            } else if line.kind == Self.begin {
                guard try isEmptyAgent(lastProperty) else {
                    pendingBegin = line
                    return lastEnd
                }
                depth += 1
            }
            lastProperty = line.kind == .property ? line.range : nil
            lastEnd = line.range.upperBound
        }
        // A whole file can lack its last END, but hardly the end of the line before.
        isCut = lastEnd == lines.byteCount
        return lastEnd
    }

    private func isEmptyAgent(_ property: Range<Int>?) throws -> Bool {
        guard let property, property.count <= 256 else { return false }
        let line = try read(property)
        let name = line.prefix { $0 != 0x3A && $0 != 0x3B }
        return (name.split(separator: 0x2E).last ?? name).equalsIgnoringASCIICase("AGENT")
            && line.last { !$0.isASCIIWhitespace } == 0x3A
    }

    /// The card as it is to be stored, with the UID and the VERSION that it must have.
    private func store(_ card: Component) throws(AddressObjectInvalid) -> [UInt8] {
        guard let version = VCardVersion(of: card) else {
            throw .unsupportedVersion(card.property("VERSION")?.text ?? "")
        }
        let hasUID = card.properties(named: "UID").contains { !$0.text.allSatisfy(\.isWhitespace) }
        let assignedUID = hasUID ? nil : makeUID(card.normalizedSource)
        let conversion = VCardConversion(fallbackCharset: fallbackCharset, assignedUID: assignedUID)
        return version == .v2_1 ? conversion.fromVersion21(card) : conversion.toUTF8(card)
    }

    private static let begin = ContentLineStream.Kind.begin([UInt8]("VCARD".utf8))
    private static let end = ContentLineStream.Kind.end([UInt8]("VCARD".utf8))
}

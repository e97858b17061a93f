import Bytes
package import CivilTime

/// RFC 4155: the messages of an mbox file, read in pieces of any size. Lines that another program quoted for it (">From ", mboxrd) are
/// as they were again.
///
/// What begins a message is not certain in an mbox: here it is a "From " line with a time of day in it, at the beginning or after an
/// empty line. Everything else is content, so that every file has messages or none, and no octet of content is lost.
package struct MboxSplitter {
    package enum Event: Equatable {
        /// A message begins; the "From " line's time, taken for UTC as the format has it.
        case begin(CivilDateTime?)
        case content([UInt8])
    }

    /// More of a line decides nothing.
    private static let lineLimit = 4096

    private var line: [UInt8] = []
    /// The rest of a line whose beginning was given out.
    private var isInLine = false
    private var hasBegun = false
    /// The empty line before the next "From " line belongs to it.
    private var heldEmptyLine: [UInt8]?
    private var isAfterEmptyLine = true

    package init() {}

    package mutating func feed<E: Error>(_ bytes: UnsafeBufferPointer<UInt8>, _ handle: (Event) throws(E) -> Void) throws(E) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
            line.append(contentsOf: rest[rest.startIndex..<end])
            let isWhole = rest[end - 1] == 0x0A
            rest = rest[end...]
            if isWhole || line.count > Self.lineLimit {
                try take(line, isWhole: isWhole, handle)
                line.removeAll(keepingCapacity: true)
            }
        }
    }

    package mutating func finish<E: Error>(_ handle: (Event) throws(E) -> Void) throws(E) {
        if !line.isEmpty { try take(line, isWhole: true, handle) }
        line = []
    }

    private mutating func take<E: Error>(_ line: [UInt8], isWhole: Bool, _ handle: (Event) throws(E) -> Void) throws(E) {
        defer { isInLine = !isWhole }
        if isInLine { return try handle(.content(line)) }
        let isEmpty = line == [0x0A] || line == [0x0D, 0x0A]
        if isAfterEmptyLine, isWhole, Self.isSeparator(line) {
            heldEmptyLine = nil
            hasBegun = true
            isAfterEmptyLine = false
            return try handle(.begin(Self.time(of: line)))
        }
        // What stands before the first message is none.
        guard hasBegun else {
            isAfterEmptyLine = isEmpty
            return
        }
        if let held = heldEmptyLine {
            heldEmptyLine = nil
            try handle(.content(held))
        }
        isAfterEmptyLine = isEmpty
        if isEmpty {
            heldEmptyLine = line
        } else {
            try handle(.content(Self.isQuoted(line) ? Array(line.dropFirst()) : line))
        }
    }

    private static let from = [UInt8]("From ".utf8)

    /// Whether a file that begins so is an mbox.
    package static func isMbox(_ beginning: [UInt8]) -> Bool {
        isSeparator(Array(beginning.prefix(lineLimit).prefix { $0 != 0x0A }))
    }

    private static func isSeparator(_ line: [UInt8]) -> Bool {
        guard line.starts(with: from) else { return false }
        // A time of day: "12:34".
        for index in line.indices.dropFirst(from.count + 1) where line[index] == 0x3A {
            if line[index - 1].isASCIIDigit, index + 1 < line.count, line[index + 1].isASCIIDigit { return true }
        }
        return false
    }

    private static func isQuoted(_ line: [UInt8]) -> Bool {
        line.first == 0x3E && line.drop { $0 == 0x3E }.starts(with: from)
    }

    /// "From someone@example.org Mon Feb  7 23:52:25 1994", with a zone before or after the year in some.
    private static func time(of line: [UInt8]) -> CivilDateTime? {
        let words = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }.map { String(utf8: $0) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let clockIndex = words.firstIndex(where: { $0.split(separator: ":").count >= 2 && Int($0.prefix(1)) != nil }) else {
            return nil
        }
        let clock = words[clockIndex].split(separator: ":").map { Int($0) ?? -1 }
        var month: Int?
        var day: Int?
        var year: Int?
        for (index, word) in words.enumerated().dropFirst(2) where index != clockIndex {
            if let found = months.firstIndex(of: word) { month = found + 1 }
            if let number = Int(word), number > 0, word.utf8.allSatisfy(\.isASCIIDigit) {
                if word.utf8.count == 4 { year = number } else if word.utf8.count <= 2 { day = number }
            }
        }
        guard let year, let month, let day else { return nil }
        return CivilDateTime(
            year: year, month: month, day: day, hour: clock[0], minute: clock[1], second: clock.count > 2 ? min(59, clock[2]) : 0)
    }
}

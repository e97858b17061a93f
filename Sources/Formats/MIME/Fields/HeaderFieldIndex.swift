import Bytes
import Glibc

/// Where one header field stands, in the bytes that hold the headers.
struct HeaderFieldExtent: Sendable, Equatable {
    var start: Int
    var nameEnd: Int
    var valueStart: Int
    /// Without the line end.
    var valueEnd: Int
    var end: Int
}

/// The fields of all headers of a message, in their order.
///
/// RFC 5322 §2.2, and its obsolete form (§4.5: white space before the colon). A line that is no field and continues none (the "From "
/// line of an mbox, what a filter put there) stays in the header and is passed over.
struct HeaderFieldIndex: Sendable, Equatable {
    private(set) var extents: [HeaderFieldExtent] = []

    var count: Int { extents.count }

    mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, limit: Int) {
        guard let base = bytes.baseAddress else { return }
        let most = extents.count + limit
        var position = range.lowerBound
        // Whether a line that begins with white space goes on with the last field.
        var isOpen = false
        while position < range.upperBound {
            let found = memchr(base + position, 0x0A, range.upperBound - position)
            let lineFeed = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
            let next = lineFeed.map { $0 + 1 } ?? range.upperBound
            var contentEnd = lineFeed ?? range.upperBound
            if lineFeed != nil, contentEnd > position, bytes[contentEnd - 1] == 0x0D { contentEnd -= 1 }
            defer { position = next }
            if contentEnd == position { isOpen = false; continue }
            if bytes[position] == 0x20 || bytes[position] == 0x09 {
                if isOpen {
                    extents[extents.count - 1].valueEnd = contentEnd
                    extents[extents.count - 1].end = next
                }
                continue
            }
            isOpen = false
            guard extents.count < most, var extent = Self.field(bytes, position, contentEnd) else { continue }
            extent.end = next
            extents.append(extent)
            isOpen = true
        }
    }

    private static func field(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> HeaderFieldExtent? {
        var position = start
        // RFC 5322 §3.6.8: ftext is 33 to 126 without the colon.
        while position < end, bytes[position] != 0x3A, bytes[position] &- 0x21 < 0x5E { position += 1 }
        let nameEnd = position
        while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
        guard nameEnd > start, position < end, bytes[position] == 0x3A else { return nil }
        return HeaderFieldExtent(start: start, nameEnd: nameEnd, valueStart: position + 1, valueEnd: end, end: end)
    }

    /// The first in `range` with the name, which is in lower case.
    func first(named name: StaticString, in range: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) -> HeaderFieldExtent? {
        for index in range where extents[index].isNamed(name, bytes) { return extents[index] }
        return nil
    }
}

extension HeaderFieldExtent {
    func isNamed(_ name: StaticString, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = nameEnd - start
        guard count == name.utf8CodeUnitCount, nameEnd <= bytes.count else { return false }
        return name.withUTF8Buffer { name in
            var index = 0
            while index < count {
                if bytes[start + index].asciiLowercased != name[index] { return false }
                index += 1
            }
            return true
        }
    }
}

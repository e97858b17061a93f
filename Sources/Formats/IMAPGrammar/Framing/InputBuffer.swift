internal import Bytes

/// Bytes that came and were not read yet. No byte is looked at twice for the end of a line, nor moved more than a constant
/// number of times; an empty one holds no memory.
struct InputBuffer: Sendable {
    enum Line {
        case incomplete
        case line(ArraySlice<UInt8>)
        /// Some bytes of its beginning; nothing of it is taken.
        case tooLong(ArraySlice<UInt8>)
    }

    private var bytes: [UInt8] = []
    private var start = 0
    /// Up to where no end of a line was found.
    private var scanned = 0

    var count: Int { bytes.count - start }

    mutating func append(_ more: some Collection<UInt8>) {
        if start > bytes.count / 2 {
            bytes.removeSubrange(..<start)
            scanned = max(0, scanned - start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The first `count` bytes, which there must be.
    mutating func take(_ count: Int) -> [UInt8] {
        if count == 0 { return [] }
        if start == 0, count == bytes.count {
            defer { reset() }
            return bytes
        }
        let part = Array(bytes[start..<(start + count)])
        drop(count)
        return part
    }

    mutating func drop(_ count: Int) {
        start += count
        scanned = max(scanned, start)
        if start == bytes.count { reset() }
    }

    private mutating func reset() {
        bytes = []
        start = 0
        scanned = 0
    }

    /// The next line without CRLF, which is then no longer in the buffer.
    mutating func line(limit: Int) -> Line {
        guard let end = findLineEnd() else {
            // With its CR, the line may be by one longer than the limit.
            return count > limit + 1 ? .tooLong(beginning(limit)) : .incomplete
        }
        let line = content(upTo: end)
        if line.count > limit { return .tooLong(beginning(limit)) }
        drop(end + 1 - start)
        return .line(line)
    }

    /// Drops the next line, or what there is of it but for its last bytes. Gives how much was dropped, and the line's last bytes where
    /// it has ended.
    mutating func skipLine(keeping tail: Int) -> (dropped: Int, line: ArraySlice<UInt8>?) {
        guard let end = findLineEnd() else {
            let dropped = max(0, count - tail - 1)
            drop(dropped)
            return (dropped, nil)
        }
        let line = content(upTo: end).suffix(tail)
        let dropped = end + 1 - start
        drop(dropped)
        return (dropped, line)
    }

    private mutating func findLineEnd() -> Int? {
        if let end = bytes[...].index(of: 0x0A, from: max(start, scanned)) { return end }
        scanned = bytes.count
        return nil
    }

    private func content(upTo end: Int) -> ArraySlice<UInt8> {
        bytes[start..<Quirks.endOfContent(bytes, from: start, lineFeed: end)]
    }

    /// No more than is there however the bytes were cut.
    private func beginning(_ limit: Int) -> ArraySlice<UInt8> { bytes[start..<min(bytes.count, start + min(limit, 1024))] }
}

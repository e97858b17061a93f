import Glibc

/// The boundaries of the multiparts that are open, outermost first.
struct BoundaryStack {
    struct Match {
        /// In the stack.
        var index: Int
        var isClose: Bool
    }

    private struct Entry {
        var boundary: [UInt8]
        var part: Int
    }

    private var entries: [Entry] = []

    /// RFC 2046 §5.1.1: at most 70. Longer ones are met, so more is compared; what is beyond is not.
    static let longest = 250
    /// As many bytes of a line decide whether it is a delimiter.
    static let lineHeadCount = longest + 64

    var isEmpty: Bool { entries.isEmpty }

    mutating func push(_ boundary: [UInt8], part: Int) {
        entries.append(Entry(boundary: Array(boundary.prefix(Self.longest)), part: part))
    }

    mutating func removeLast(_ count: Int) { entries.removeLast(min(count, entries.count)) }
    var count: Int { entries.count }

    func part(_ index: Int) -> Int { entries[index].part }

    /// - Parameter line: its first bytes, without the line end.
    ///
    /// RFC 2046 §5.1.1: a line that only begins with the boundary is a delimiter too. There are senders whose inner boundary
    /// begins with the outer one, so a line that is exactly a delimiter is that one, and else the longest boundary wins.
    func match(_ line: UnsafeBufferPointer<UInt8>) -> Match? {
        guard line.count > 2, line[0] == 0x2D, line[1] == 0x2D, let base = line.baseAddress else { return nil }
        var best: Match?
        var bestCount = 0
        for index in entries.indices.reversed() {
            let boundary = entries[index].boundary
            let end = 2 + boundary.count
            guard line.count >= end, line[2] == boundary[0],
                boundary.withUnsafeBytes({ bytes in bytes.baseAddress.map { memcmp(base + 2, $0, bytes.count) == 0 } ?? false })
            else { continue }
            let isClose = line.count >= end + 2 && line[end] == 0x2D && line[end + 1] == 0x2D
            if line[(isClose ? end + 2 : end)...].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
                return Match(index: index, isClose: isClose)
            }
            if boundary.count > bestCount {
                best = Match(index: index, isClose: isClose)
                bestCount = boundary.count
            }
        }
        return best
    }
}

internal import Bytes

/// Takes the bytes of a connection and gives command lines and the octets of messages, one by one as they are asked for: what a
/// client sends ahead (RFC 2920) stays bytes until its turn comes.
///
/// After DATA is taken, `beginData` makes what follows a message; after BDAT, `beginChunk`.
///
/// Invariants: what comes out depends on the bytes alone; pieces of a message may be cut otherwise. No more than a line is held
/// beside what was appended and not asked for. An idle reader holds no buffer.
package struct SMTPReader: Sendable {
    package enum Event: Sendable, Equatable {
        /// A command, without its CRLF.
        case line([UInt8])
        /// Longer than the limit; it was passed over.
        case lineTooLong
        /// A line that LF alone ends, or with CR or LF within it (RFC 5321 §2.3.8).
        case badLineEnd
        /// Octets of the message, without the dots that were added on the way.
        case data([UInt8])
        /// The message, or the chunk, is whole.
        case dataEnd
    }

    private enum State {
        case command
        case skippingLine
        case data(DotDecoder)
        case chunk(remaining: UInt64)
    }

    /// RFC 5321 §4.5.3.1.4: 512 octets, and what extensions add.
    package var lineLimit: Int

    private var state = State.command
    private var bytes: [UInt8] = []
    private var start = 0
    /// Up to where no LF was found.
    private var scanned = 0

    package init(lineLimit: Int = 4096) { self.lineLimit = lineLimit }

    /// Whether nothing of a command has come yet, and no message is coming in.
    package var isBetweenCommands: Bool {
        if case .command = state { bytes.isEmpty } else { false }
    }

    package mutating func append(_ more: [UInt8]) {
        if start == 0, bytes.isEmpty {
            bytes = more
            return
        }
        if start > bytes.count / 2 {
            bytes.removeSubrange(..<start)
            scanned = max(0, scanned - start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// What follows is a message that `CRLF . CRLF` ends.
    package mutating func beginData() { state = .data(DotDecoder()) }

    /// RFC 3030 §2: what follows are so many octets of a message.
    package mutating func beginChunk(_ size: UInt64) { state = .chunk(remaining: size) }

    /// Nil where more bytes are needed.
    package mutating func next() -> Event? {
        switch state {
        case .command: return nextLine()
        case .skippingLine: return skipLine()
        case .data(let decoder): return nextData(decoder)
        case .chunk(let remaining): return nextPiece(remaining)
        }
    }

    // MARK: Lines

    private mutating func nextLine() -> Event? {
        guard let lineFeed = findLineFeed() else {
            guard bytes.count - start > lineLimit + 1 else { return nil }
            // A CR at the end may be the first half of the line's.
            drop(bytes.count - start)
            state = .skippingLine
            return skipLine()
        }
        let hasCR = lineFeed > start && bytes[lineFeed - 1] == 0x0D
        let line = bytes[start..<(hasCR ? lineFeed - 1 : lineFeed)]
        let event: Event
        if line.count > lineLimit {
            event = .lineTooLong
        } else if !hasCR || line.has(0x0D) {
            event = .badLineEnd
        } else {
            event = .line(Array(line))
        }
        drop(lineFeed + 1 - start)
        return event
    }

    private mutating func skipLine() -> Event? {
        guard let lineFeed = findLineFeed() else {
            drop(bytes.count - start)
            return nil
        }
        drop(lineFeed + 1 - start)
        state = .command
        return .lineTooLong
    }

    private mutating func findLineFeed() -> Int? {
        if let found = bytes[...].index(of: 0x0A, from: max(start, scanned)) { return found }
        scanned = bytes.count
        return nil
    }

    private mutating func drop(_ count: Int) {
        start += count
        scanned = max(scanned, start)
        guard start == bytes.count else { return }
        bytes = []
        (start, scanned) = (0, 0)
    }

    // MARK: Messages

    private mutating func nextData(_ decoder: DotDecoder) -> Event? {
        var decoder = decoder
        var out: [UInt8] = []
        if start == bytes.count { return nil }
        out.reserveCapacity(bytes.count - start)
        let (taken, isEnd) = bytes.withUnsafeBufferPointer { input in
            decoder.decode(UnsafeBufferPointer(rebasing: input[start...]), into: &out)
        }
        drop(taken)
        if isEnd {
            // What came with the end is given out first.
            state = out.isEmpty ? .command : .chunk(remaining: 0)
        } else {
            state = .data(decoder)
        }
        if out.isEmpty { return isEnd ? .dataEnd : nil }
        return .data(out)
    }

    private mutating func nextPiece(_ remaining: UInt64) -> Event? {
        if remaining == 0 {
            state = .command
            return .dataEnd
        }
        let count = Int(min(remaining, UInt64(bytes.count - start)))
        if count == 0 { return nil }
        let piece = Array(bytes[start..<(start + count)])
        drop(count)
        state = .chunk(remaining: remaining - UInt64(count))
        return .data(piece)
    }
}

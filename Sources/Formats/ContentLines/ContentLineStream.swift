import Bytes

/// Reads a document that is too large to hold, line by line, through a closure that reads a range of it.
///
/// It tells where lines stand and which of them say BEGIN or END; what is in them is for whoever reads the range again.
package struct ContentLineStream {
    /// One logical line.
    package struct Line: Equatable {
        /// Without the line end.
        package var range: Range<Int>
        /// Of its first physical line, from 1.
        package var number: Int
        /// What it says.
        package var kind: Kind
    }

    /// What a line says.
    package enum Kind: Equatable {
        /// BEGIN, with the name in upper case.
        case begin([UInt8])
        /// END, with the name in upper case.
        case end([UInt8])
        case property
    }

    /// How many bytes the document has.
    package let byteCount: Int
    private let chunkSize: Int
    private let read: (Range<Int>) throws -> [UInt8]
    private var buffer: [UInt8] = []
    /// Where the buffer begins in the document.
    private var bufferStart = 0
    /// In the buffer.
    private var position = 0
    private var lineNumber = 1
    /// The start of the logical line, without folds: enough to see a BEGIN.
    private var head: [UInt8] = []

    private static let headLimit = 128

    /// - Parameter read: the bytes of that range; fewer only where the document has become shorter, and it ends there.
    package init(byteCount: Int, chunkSize: Int = 256 << 10, read: @escaping (Range<Int>) throws -> [UInt8]) {
        self.byteCount = byteCount
        self.chunkSize = max(3, chunkSize)
        self.read = read
    }

    /// How far the document has been read.
    package var offset: Int { bufferStart + position }

    /// Nil at the end of the document.
    package mutating func next() throws -> Line? {
        if offset == 0 { try skipByteOrderMark() }
        // Only before the first line can white space be no continuation.
        repeat {
            try skipLineEnds()
            while let byte = try peek(), byte == 0x20 || byte == 0x09 { position += 1 }
            guard let byte = try peek() else { return nil }
            if byte != 0x0A && byte != 0x0D { break }
        } while true
        let start = offset
        let number = lineNumber
        head.removeAll(keepingCapacity: true)
        var end = start
        while true {
            try readPhysicalLine()
            end = offset
            try skipLineEnds()
            guard let byte = try peek(), byte == 0x20 || byte == 0x09 else { break }
            position += 1
        }
        return Line(range: start..<end, number: number, kind: kind())
    }

    private func kind() -> Kind {
        guard let delimiter = Delimiter(head) else { return .property }
        let name = head.drop { $0 != 0x3A }.dropFirst().trimmingASCIIWhitespace.map(\.asciiUppercased)
        return delimiter == .begin ? .begin(name) : .end(name)
    }

    private mutating func readPhysicalLine() throws {
        while try peek() != nil {
            let start = position
            buffer.withUnsafeBufferPointer { buffer in
                while position < buffer.count, buffer[position] != 0x0A, buffer[position] != 0x0D { position += 1 }
            }
            let room = Self.headLimit - head.count
            if room > 0 { head.append(contentsOf: buffer[start..<position].prefix(room)) }
            if position < buffer.count { return }
        }
    }

    private mutating func skipLineEnds() throws {
        while let byte = try peek(), byte == 0x0A || byte == 0x0D {
            position += 1
            if byte == 0x0A {
                lineNumber += 1
            } else if try peek() != 0x0A {
                lineNumber += 1
            }
        }
    }

    private mutating func skipByteOrderMark() throws {
        _ = try peek()
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func peek() throws -> UInt8? {
        if position < buffer.count { return buffer[position] }
        bufferStart += buffer.count
        position = 0
        buffer = bufferStart < byteCount
            ? try read(bufferStart..<min(byteCount, bufferStart + chunkSize)) : []
        return buffer.first
    }
}

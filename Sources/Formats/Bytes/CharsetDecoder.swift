import Glibc

/// Text of any known encoding to UTF-8, in pieces of any size: where the pieces are cut changes nothing.
///
/// U+FFFD stands for what is not in the encoding. Text that should be ASCII and is not is taken for UTF-8 as long as it can be that,
/// and for windows-1252 from the first byte on that cannot.
package struct CharsetDecoder: ~Copyable {
    private enum Kind {
        case utf8
        case guess
        case iconv(iconv_t)
    }

    private var kind: Kind
    /// The start of a character whose end has not come yet.
    private var pending: [UInt8] = []

    /// An encoding that is not known is guessed as ASCII is.
    package init(_ name: CharsetName?) {
        switch name {
        case .utf8?: kind = .utf8
        case .ascii?, nil: kind = .guess
        case .iconv(let name)?:
            kind = Self.open(name).map { .iconv($0) } ?? .guess
        }
    }

    deinit {
        if case .iconv(let descriptor) = kind { iconv_close(descriptor) }
    }

    private static func open(_ name: String) -> iconv_t? {
        // iconv says with (iconv_t)-1 that it does not know the name.
        guard let descriptor = iconv_open("UTF-8", name), Int(bitPattern: descriptor) != -1 else { return nil }
        return descriptor
    }

    /// Whole text at once.
    package static func utf8(_ bytes: some Collection<UInt8>, from name: CharsetName?) -> [UInt8] {
        var decoder = CharsetDecoder(name)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 4)
        if bytes.withContiguousStorageIfAvailable({ decoder.feed($0, into: &out) }) == nil {
            [UInt8](bytes).withUnsafeBufferPointer { decoder.feed($0, into: &out) }
        }
        decoder.finish(into: &out)
        return out
    }

    /// Appends the text of what is complete.
    package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        if pending.isEmpty { return convert(bytes, into: &out) }
        let joined = pending + bytes
        pending.removeAll(keepingCapacity: true)
        joined.withUnsafeBufferPointer { convert($0, into: &out) }
    }

    /// Appends what stands for a character that was cut off by the end.
    package mutating func finish(into out: inout [UInt8]) {
        guard !pending.isEmpty else { return }
        let rest = pending
        pending.removeAll()
        if case .guess = kind {
            switchToWindows1252()
            rest.withUnsafeBufferPointer { convert($0, into: &out) }
        } else {
            out.append("\u{FFFD}" as StaticString)
        }
    }

    private mutating func convert(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        switch kind {
        case .utf8: repair(bytes, into: &out)
        case .guess: guess(bytes, into: &out)
        case .iconv(let descriptor): convert(bytes, by: descriptor, into: &out)
        }
    }

    // MARK: UTF-8

    /// All but a character at the end that may still become whole, which is kept.
    private mutating func takeComplete(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var start = bytes.count
        while start > 0, bytes.count - start < 3, bytes[start - 1] & 0xC0 == 0x80 { start -= 1 }
        guard start > 0 else { return bytes }
        let lead = bytes[start - 1]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
        guard length > bytes.count - start + 1 else { return bytes }
        pending = Array(bytes[(start - 1)...])
        return UnsafeBufferPointer(rebasing: bytes[..<(start - 1)])
    }

    private mutating func repair(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        let complete = takeComplete(bytes)
        if Self.isUTF8(complete) {
            out.append(contentsOf: complete)
        } else {
            out.append(String(utf8: complete))
        }
    }

    private static func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        (try? UTF8Span(validating: bytes.span)) != nil
    }

    private mutating func guess(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        let complete = takeComplete(bytes)
        if Self.isUTF8(complete) {
            out.append(contentsOf: complete)
            return
        }
        let good = Self.wellFormedCount(complete)
        out.append(contentsOf: complete[..<good])
        pending.removeAll()
        switchToWindows1252()
        convert(UnsafeBufferPointer(rebasing: bytes[good...]), into: &out)
    }

    private mutating func switchToWindows1252() {
        kind = Self.open("cp1252").map { .iconv($0) } ?? .utf8
    }

    /// How many bytes from the start are UTF-8.
    private static func wellFormedCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        do {
            _ = try UTF8Span(validating: bytes.span)
            return bytes.count
        } catch {
            return error.byteOffsets.lowerBound
        }
    }

    // MARK: iconv

    private mutating func convert(_ bytes: UnsafeBufferPointer<UInt8>, by descriptor: iconv_t, into out: inout [UInt8]) {
        guard let base = bytes.baseAddress else { return }
        // iconv does not write to its input; its type in C only says so.
        var next: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(mutating: UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self))
        var left = bytes.count
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { output in
            while left > 0 {
                var free = output.count
                var end = output.baseAddress
                let result = iconv(descriptor, &next, &left, &end, &free)
                let code = errno
                let produced = output.count - free
                out.append(contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<produced]))
                if result != -1 || code == E2BIG { continue }
                if code == EINVAL, left <= 16 {
                    pending = Array(bytes.suffix(left))
                    return
                }
                // Neither a character of the encoding nor the start of one.
                out.append("\u{FFFD}" as StaticString)
                next = next.map { $0 + 1 }
                left -= 1
            }
        }
    }
}

import Bytes
import CICU

/// RFC 5051 §2: what each character becomes, as a table: the simple titlecase mapping, then the decomposition, again and
/// again until there is none.
///
/// Nothing is reordered and nothing is cased after it was decomposed, so each character has its own result wherever it
/// stands: what is folded in parts is the same as what is folded as a whole.
struct UnicodeCasemap: Sendable {
    /// The version of Unicode is that of the library.
    static let shared = UnicodeCasemap()

    /// By the scalar's upper bits: where its page begins in `entries`; 0 for a page where nothing changes.
    private var pages = [UInt16](repeating: 0, count: Int(Self.scalarLimit >> 8))
    /// Pages of 256: where the result begins in `pool`, and in the lower 8 bits its count; 0 for what does not change.
    private var entries = [UInt32](repeating: 0, count: 256)
    private var pool: [UInt8] = []

    /// Characters with a mapping are in the planes 0, 1 and 2.
    private static let scalarLimit: UInt32 = 0x30000

    private init() {
        let limit = Int32(Self.scalarLimit)
        var next = icu_next_mapped(0x80, limit)
        while next < limit {
            let value = UInt32(next)
            next = icu_next_mapped(next + 1, limit)
            guard let scalar = Unicode.Scalar(value) else { continue }
            var result: [UInt8] = []
            Self.decompose(icu_simple_titlecase(Int32(value)), to: &result)
            if result.elementsEqual(String(scalar).utf8) { continue }
            let page = Int(value >> 8)
            if pages[page] == 0 {
                pages[page] = UInt16(entries.count >> 8)
                entries.append(contentsOf: repeatElement(0, count: 256))
            }
            entries[Int(pages[page]) << 8 | Int(value & 0xFF)] = UInt32(pool.count) << 8 | UInt32(result.count)
            pool += result
        }
    }

    private static func decompose(_ value: Int32, to out: inout [UInt8]) {
        // The longest is U+FDFA, of 18 characters.
        var units = [UInt16](repeating: 0, count: 32)
        units.removeLast(32 - Int(icu_decomposition(value, &units, 32)))
        if units.isEmpty {
            guard let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) else { return }
            out.append(contentsOf: String(scalar).utf8)
            return
        }
        for scalar in String(decoding: units, as: UTF16.self).unicodeScalars { decompose(Int32(scalar.value), to: &out) }
    }

    /// Appends the folded text. RFC 5051 §2 (1) (b): text that is not UTF-8 is appended as it is, all of it.
    func append(_ text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        let start = out.count
        out.reserveCapacity(start + text.count)
        var index = 0
        while index < text.count {
            let first = text[index]
            if first < 0x80 {
                out.append(first.asciiUppercased)
                index += 1
                continue
            }
            guard let (scalar, count) = Self.scalar(text, at: index) else {
                out.removeSubrange(start...)
                out.append(contentsOf: text)
                return
            }
            let entry = entry(scalar)
            if entry == 0 {
                out.append(contentsOf: text[index..<index + count])
            } else {
                let place = Int(entry >> 8)
                out.append(contentsOf: pool[place..<place + Int(entry & 0xFF)])
            }
            index += count
        }
    }

    private func entry(_ scalar: UInt32) -> UInt32 {
        scalar < Self.scalarLimit ? entries[Int(pages[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)] : 0
    }

    /// RFC 3629 §4: the character that begins with a byte above 0x7F, and how many bytes it has. Nil for what is none.
    private static func scalar(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> (UInt32, Int)? {
        let first = text[index]
        let count: Int
        var scalar: UInt32
        let least: UInt32
        switch first {
        case 0xC2...0xDF: (count, scalar, least) = (2, UInt32(first & 0x1F), 0x80)
        case 0xE0...0xEF: (count, scalar, least) = (3, UInt32(first & 0x0F), 0x800)
        case 0xF0...0xF4: (count, scalar, least) = (4, UInt32(first & 0x07), 0x10000)
        default: return nil
        }
        guard text.count - index >= count else { return nil }
        for place in index + 1..<index + count {
            guard text[place] & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(text[place] & 0x3F)
        }
        guard scalar >= least, Unicode.Scalar(scalar) != nil else { return nil }
        return (scalar, count)
    }
}

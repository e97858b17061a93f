import NIOCore
import Testing

@testable import HTTPServer

/// gzip and deflate both ways.
@Suite struct CodingTests {
    @Test(
        "RFC 9110 §12.5.3: gzip is sent to those who take it",
        arguments: [
            ("gzip", true), ("GZIP", true), ("x-gzip", true), ("deflate, gzip;q=1.0, *;q=0.5", true),
            ("br, gzip", true),
            ("*", true), ("gzip;q=0", false), ("gzip; q=0.000", false), ("*;q=0", false), ("gzip;q=0, *", false),
            ("", false),
            ("identity", false), ("deflate", false), ("gzip;q=0.001", true), ("*;q=0, gzip", true), (nil, false),
        ] as [(String?, Bool)])
    func acceptEncoding(_ field: String?, _ isAllowed: Bool) {
        #expect(AcceptEncoding.allowsGzip(field) == isAllowed)
    }

    @Test(
        "codings of a request's body",
        arguments: [
            (nil, nil), ("", nil), ("identity", nil), ("gzip", .gzip), ("X-GZIP", .gzip), ("deflate", .deflate),
            (" gzip ", .gzip),
            ("identity, gzip", .gzip),
        ] as [(String?, ContentCoding?)])
    func contentCoding(_ field: String?, _ coding: ContentCoding?) throws {
        #expect(try ContentCoding.parse(field) == coding)
    }

    @Test("codings that are not known, or several, are refused", arguments: ["br", "gzip, gzip", "zstd", "gzip, br"])
    func unknownCoding(_ field: String) {
        #expect(throws: HTTPRefusal.unsupportedCoding) { try ContentCoding.parse(field) }
    }

    private func gzip(_ bytes: [UInt8], small: Bool = false) throws -> [UInt8] {
        let compressor = try #require(Compressor(small: small))
        var out = ByteBuffer()
        #expect(compressor.compress(bytes, flush: .finish, into: &out))
        return Array(out.readableBytesView)
    }

    private func inflate(
        _ bytes: [UInt8], _ coding: ContentCoding = .gzip, limit: Int = 1 << 30, pieces: Int = .max
    ) throws(HTTPRefusal) -> [UInt8] {
        let inflater = Inflater(coding, limit: limit)
        var out: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let end = position + min(pieces, bytes.count - position)
            let piece = Array(bytes[position..<end])
            let result = piece.withUnsafeBytes { piece -> Result<Void, HTTPRefusal> in
                do throws(HTTPRefusal) {
                    return .success(try inflater.inflate(piece) { out.append(contentsOf: $0) })
                } catch {
                    return .failure(error)
                }
            }
            try result.get()
            position = end
        }
        try inflater.finish()
        return out
    }

    private static func text(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(0x41 + (state >> 24) % 20)
        }
    }

    @Test(
        "what was compressed inflates to the same, whatever its size and cut",
        arguments: [0, 1, 1000, 100_000, 300_000], [1, 7, Int.max])
    func roundTrip(_ size: Int, _ pieces: Int) throws {
        let bytes = Self.text(size)
        #expect(try inflate(gzip(bytes), pieces: pieces) == bytes)
        #expect(try inflate(gzip(bytes, small: true), pieces: pieces) == bytes)
    }

    @Test("pieces that are flushed can be read before the end has come")
    func flushes() throws {
        let compressor = try #require(Compressor(small: true))
        var out = ByteBuffer()
        #expect(compressor.compress(Array("hello".utf8), flush: .sync, into: &out))
        let inflater = Inflater(.gzip, limit: 100)
        var text: [UInt8] = []
        try Array(out.readableBytesView).withUnsafeBytes { try inflater.inflate($0) { text.append(contentsOf: $0) } }
        #expect(text == Array("hello".utf8))
    }

    @Test("compressors are used again without a trace of the body before")
    func reuse() throws {
        let compressors = Compressors()
        for size in [5000, 10, 70_000, 5000] {
            let bytes = Self.text(size)
            let compressed = try #require(compressors.compress(bytes))
            #expect(try inflate(Array(compressed.readableBytesView)) == bytes)
        }
    }

    // "hello" by zlib.compress and by zlib.compressobj(wbits=-15) of CPython.
    private static let zlibHello: [UInt8] = [
        0x78, 0x9C, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x06, 0x2C, 0x02, 0x15,
    ]
    private static let bareHello: [UInt8] = [0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]

    @Test("deflate is taken with the zlib header and without", arguments: [zlibHello, bareHello])
    func deflate(_ bytes: [UInt8]) throws {
        #expect(try inflate(bytes, .deflate) == Array("hello".utf8))
        #expect(try inflate(bytes, .deflate, pieces: 1) == Array("hello".utf8))
    }

    @Test("RFC 1952 §2.2: members may follow one another")
    func members() throws {
        let (one, two) = (Self.text(100), Self.text(50_000))
        #expect(try inflate(gzip(one) + gzip(two), pieces: 11) == one + two)
    }

    @Test("data that are cut, damaged or followed by others are refused")
    func damaged() throws {
        let whole = try gzip(Self.text(5000))
        for bytes in [Array(whole.dropLast()), Array(whole.prefix(5)), whole + [1, 2, 3], Array("plain".utf8), [0x1F]] {
            #expect(throws: HTTPRefusal.badRequest) { try inflate(bytes) }
        }
        var changed = whole
        changed[whole.count - 6] ^= 1
        #expect(throws: HTTPRefusal.badRequest) { try inflate(changed) }
    }

    @Test("a bomb is met by its ratio, long before its size")
    func bomb() throws {
        let bomb = try gzip([UInt8](repeating: 0, count: 50 << 20))
        #expect(throws: HTTPRefusal.bodyTooLong) { try inflate(bomb) }
    }

    @Test("what inflates to more than the limit is refused, to just the limit not")
    func limit() throws {
        let bytes = Self.text(5000)
        #expect(try inflate(gzip(bytes), limit: 5000) == bytes)
        #expect(throws: HTTPRefusal.bodyTooLong) { try inflate(gzip(bytes), limit: 4999) }
    }
}

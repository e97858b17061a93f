import NIOCore

@testable import HTTPServer

/// Reads the input as an HTTP/1 connection, cut into reads in several ways, two of which the input chooses itself: each gives
/// the same requests and the same error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    // Small, so that the limits are met.
    for limits in [HTTP1Decoder.Limits(), HTTP1Decoder.Limits(target: 40, head: 400, fields: 4)] {
        let whole = read(bytes, limits) { bytes.count - $0 }
        precondition(read(bytes, limits) { _ in 1 } == whole)
        precondition(read(bytes, limits) { _ in 7 } == whole)
        precondition(read(bytes, limits) { Int(bytes[$0]) + 1 } == whole)
        // Up to the next line's end or into it: where states change.
        precondition(read(bytes, limits) { (bytes[$0...].firstIndex(of: 0x0A) ?? $0) - $0 + 1 } == whole)
        precondition(read(bytes, limits) { (bytes[$0...].firstIndex(of: 0x0D) ?? $0) - $0 + 1 } == whole)
    }
    return 0
}

/// What was read: a line for each part but for bodies, whose pieces are joined; then the error, if there was one.
private struct Reading: Equatable {
    var parts: [String] = []
    var bodies: [UInt8] = []
    var refusal: HTTPRefusal?
    var isBetweenRequests = false
}

private func read(_ bytes: [UInt8], _ limits: HTTP1Decoder.Limits, _ size: (Int) -> Int) -> Reading {
    var decoder = HTTP1Decoder(limits: limits)
    var reading = Reading()
    var position = 0
    var given = 0
    do throws(HTTPRefusal) {
        while position < bytes.count {
            let end = position + min(max(1, size(position)), bytes.count - position)
            decoder.append(ByteBuffer(bytes: bytes[position..<end]))
            position = end
            while let part = try decoder.next() {
                switch part {
                case .head(let head):
                    precondition(head.target.utf8.count <= limits.target && head.fields.fields.count <= limits.fields)
                    precondition(!head.fields.fields.contains { $0.value.utf8.contains(0x0D) || $0.value.utf8.contains(0x0A) })
                    let fields = head.fields.fields.map { "\($0.name):\($0.value)" }.joined(separator: "\n")
                    reading.parts.append(
                        "\(head.method) \(head.target) \(head.minorVersion) \(head.bodyLength) \(head.keepsAlive)\n\(fields)")
                case .body(let piece):
                    precondition(piece.readableBytes > 0)
                    given += piece.readableBytes
                    reading.bodies += piece.readableBytesView
                case .end:
                    reading.parts.append("end after \(given)")
                }
            }
            // Bytes that wait are those of an unfinished head or line, and never more than a limit lets be.
            precondition(decoder.pendingBytes <= limits.head + 2)
        }
    } catch {
        reading.refusal = error
    }
    reading.isBetweenRequests = decoder.isBetweenRequests
    return reading
}

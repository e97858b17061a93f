import Bytes

/// RFC 2045 §6: how a body's bytes are written.
package enum TransferEncoding: Sendable, Equatable {
    case sevenBit
    case eightBit
    case binary
    case quotedPrintable
    case base64
    /// An extension that nobody here can decode.
    case unknown

    /// The value of a Content-Transfer-Encoding field. Comments and what stands behind a semicolon are passed over.
    package init(_ value: ArraySlice<UInt8>) {
        var cursor = FieldCursor(value)
        cursor.skipSpace()
        let name = cursor.token()
        if name.isEmpty || name.equalsIgnoringASCIICase("7bit") || name.equalsIgnoringASCIICase("7-bit") {
            self = .sevenBit
        } else if name.equalsIgnoringASCIICase("8bit") || name.equalsIgnoringASCIICase("8-bit") {
            self = .eightBit
        } else if name.equalsIgnoringASCIICase("binary") {
            self = .binary
        } else if name.equalsIgnoringASCIICase("quoted-printable") {
            self = .quotedPrintable
        } else if name.equalsIgnoringASCIICase("base64") {
            self = .base64
        } else {
            self = .unknown
        }
    }

    package var isIdentity: Bool { self == .sevenBit || self == .eightBit || self == .binary }
}

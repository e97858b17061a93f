import Bytes
package import ContentLines

/// The versions that are read.
package enum VCardVersion: String, Sendable {
    case v2_1 = "2.1"
    case v3_0 = "3.0"
    case v4_0 = "4.0"

    /// By the card's first VERSION, wherever it stands. A card without one is read as 3.0, the version that RFC 6352
    /// §6.2.2 takes for granted; nil for a version that is none of these.
    package init?(of card: Component) {
        guard let line = card.property("VERSION") else { self = .v3_0; return }
        let value = line.value.trimmingASCIIWhitespace
        switch value.first {
        case 0x32: self = .v2_1
        case 0x33: self = .v3_0
        case 0x34: self = .v4_0
        default: return nil
        }
        let rest = value.dropFirst()
        guard rest.isEmpty || rest.elementsEqual(".0".utf8) || self == .v2_1 && rest.elementsEqual(".1".utf8) else {
            return nil
        }
    }
}

import Bytes

/// RFC 4918 §10.2.
package enum Depth: Sendable {
    case zero, one, infinity

    /// Nil for what is none of the three. RFC 3744's `1,noroot` is the one with a preference of its own (RFC 8144 §2.3).
    package init?(_ text: String) {
        switch text.lowercased().filter({ $0 != " " }) {
        case "0": self = .zero
        case "1", "1,noroot": self = .one
        case "infinity", "infinity,noroot": self = .infinity
        default: return nil
        }
    }
}

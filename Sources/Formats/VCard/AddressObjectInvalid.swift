package import Bytes

/// Why bytes are no address object resource.
package enum AddressObjectInvalid: Error, Equatable, Sendable {
    // Not one identified card: RFC 6352 §5.1.
    case notVCard(ParseError)
    case containsNUL
    case severalCards(Int)
    case noUID
    case emptyUID
    case uidTooLong(Int)
    case severalUIDs(String, String)
    // Of a version that is not stored.
    case unsupportedVersion(String)

    /// What is wrong, for whoever sent it.
    package var sentence: String {
        switch self {
        case .notVCard(let error): "This is not vCard data: \(error)."
        case .containsNUL: "The data has a NUL byte in it, which vCard does not allow."
        case .severalCards(let count): "The data has \(count) cards, where one object has exactly one."
        case .noUID: "The card has no UID."
        case .emptyUID: "The card's UID is empty."
        case .uidTooLong(let count):
            "The UID has \(count) bytes; at most \(AddressObjectResource.maximumUIDByteCount) are taken."
        case .severalUIDs(let one, let other): "The card has the UIDs “\(one)” and “\(other)”, where it may have one."
        case .unsupportedVersion(let version): "Version \(version) of vCard is not supported; send VERSION:3.0 or 4.0."
        }
    }
}

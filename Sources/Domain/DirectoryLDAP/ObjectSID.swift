/// The identifier of an account or a group of Active Directory: the domain's, and a number in it (MS-DTYP §2.4.2.2).
enum ObjectSID {
    static let attribute = "objectSid"

    /// How a place is written that is known by its identifier only: a base of searches, but no distinguished name
    /// (MS-ADTS §3.1.1.3.1.2.4).
    private static let prefix = "<SID="

    static func isLocation(_ text: String) -> Bool { text.hasPrefix(prefix) }

    /// Where the group with a number is that is in the same domain as an account; nil where these are none.
    static func location(ofGroup number: String, inDomainOf account: [UInt8]) -> String? {
        // The revision, how many numbers follow, and the authority's six bytes; each number has its low byte first.
        guard account.count > 8, account[0] == 1, (1...15).contains(account[1]), account.count == 8 + 4 * Int(account[1]),
            let number = UInt32(number)
        else { return nil }
        var text = "S-1-\(integer(account[2..<8]))"
        // The last number is the account's own.
        for start in stride(from: 8, to: account.count - 4, by: 4) {
            text += "-\(integer(account[start..<start + 4].reversed()))"
        }
        return prefix + text + "-\(number)>"
    }

    /// Of bytes with the high one first, eight at most.
    private static func integer(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var value: UInt64 = 0
        for byte in bytes { value = value << 8 | UInt64(byte) }
        return value
    }
}

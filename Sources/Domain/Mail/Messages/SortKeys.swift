package import MIME

/// What messages are sorted and threaded by (RFC 5256, RFC 5957), read from the header once. Texts are UTF-8, decoded.
package struct SortKeys: Sendable, Equatable {
    /// RFC 5256 §2.2: in seconds since 1970 in UTC; nil: there is none, INTERNALDATE counts.
    package var sent: Int64?
    /// The calendar day of it where it was sent, for SENTON and the like: days since 1970.
    package var sentDay: Int64?
    /// RFC 5256 §2.1.
    package var baseSubject: [UInt8] = []
    package var isReplyOrForward = false
    /// The mailbox (local part) of the first address.
    package var from: [UInt8] = []
    package var to: [UInt8] = []
    package var cc: [UInt8] = []
    /// RFC 5957 §3: the name of the first address, or else the address.
    package var displayFrom: [UInt8] = []
    package var displayTo: [UInt8] = []
    /// Without angle brackets; empty: none.
    package var messageID: [UInt8] = []
    /// The oldest first; In-Reply-To's first where there is no References (RFC 5256 §3).
    package var references: [[UInt8]] = []

    package init() {}
}

import Cryptography
import SASL

/// What a program signs in to.
package enum SignInService: String, Sendable, CaseIterable {
    /// Calendars, contacts and files.
    case dav
    /// Reading mail.
    case imap
    /// Sending mail.
    case smtp

    fileprivate var bit: Int64 {
        switch self {
        case .dav: 1
        case .imap: 2
        case .smtp: 4
        }
    }
}

extension Set<SignInService> {
    /// As the database has it.
    var bits: Int64 { reduce(0) { $0 | $1.bit } }

    /// Bits that mean nothing to this program are passed over.
    init(bits: Int64) { self.init(SignInService.allCases.filter { bits & $0.bit != 0 }) }
}

/// A password of one program or device, without its secret.
package struct AppPassword: Sendable, Equatable {
    /// What the owner calls it.
    package var name: String
    package var scopes: Set<SignInService>
    /// Milliseconds since 1970.
    package var created: Int64
    /// Within an hour; nil: never.
    package var lastUsed: Int64?
    /// From when on it signs in nowhere; nil: it has no end.
    package var expires: Int64?

    var salt: [UInt8]
    var code: [UInt8]
    /// For SCRAM; empty: they are not known.
    var scram: [ScramVerifier]

    package func isValid(at now: Int64) -> Bool { Self.isValid(until: expires, at: now) }

    static func isValid(until expires: Int64?, at now: Int64) -> Bool { expires.map { now < $0 } ?? true }

    func matches(_ secret: AppSecret) -> Bool { ConstantTime.areEqual(code, secret.code(salt: salt)) }
}

package import Cryptography
package import SASL

/// A principal's number; never used twice.
package struct PrincipalID: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }

    /// Of somebody whom an address list has and who is no principal yet. Nothing is kept under it, and nothing is granted to it.
    package static let ofNobody = PrincipalID(rawValue: .max)
}

/// Who can own something or be granted it.
package struct Principal: Sendable, Equatable, Identifiable {
    package enum Kind: String, Sendable, CaseIterable {
        case user, group, room, resource
        /// A functional mailbox (`info@`), which several look after and nobody signs in to.
        case mailbox
    }

    package let id: PrincipalID
    package var kind: Kind
    /// In lower case.
    package var domain: String
    /// In lower case; unique in the domain.
    package var name: String
    package var displayName: String
    /// Mail addresses in lower case, the preferred one first.
    package var addresses: [String]
    package var isAdministrator: Bool
    /// Cannot sign in; what it owns stays.
    package var isDisabled: Bool
    /// Nil: no limit.
    package var quotaBytes: Int64?
    /// The password is one that somebody else has seen.
    package var mustChangePassword: Bool
    /// The database that has what it owns; nil: the configuration database.
    package var storage: String?

    package init(
        id: PrincipalID, kind: Kind = .user, domain: String, name: String, displayName: String,
        addresses: [String] = [], isAdministrator: Bool = false, isDisabled: Bool = false, quotaBytes: Int64? = nil,
        mustChangePassword: Bool = false, storage: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.domain = domain
        self.name = name
        self.displayName = displayName
        self.addresses = addresses
        self.isAdministrator = isAdministrator
        self.isDisabled = isDisabled
        self.quotaBytes = quotaBytes
        self.mustChangePassword = mustChangePassword
        self.storage = storage
    }
}

extension Principal {
    /// `name@domain`, as it stands in URLs and is signed in with.
    package var signInText: String { "\(name)@\(domain)" }

    /// Nil for what is no name to sign in with, which only damaged rows have.
    package var signInName: SignInName? { SignInName(name: name, domain: domain) }
}

/// What a new principal is to be.
package struct NewPrincipal: Sendable {
    package var kind: Principal.Kind
    package var signInName: SignInName
    /// Empty: the name.
    package var displayName: String
    /// The preferred one first; in any case of letters.
    package var addresses: [String]
    package var isAdministrator: Bool
    package var quotaBytes: Int64?
    /// Nil: cannot sign in.
    package var password: PasswordHash?
    /// The same password's for SCRAM.
    package var scram: ScramVerifier?
    package var mustChangePassword: Bool
    /// The entry of a directory elsewhere that it is; nil: it is this database's own.
    package var entry: DirectoryLink?
    /// Whether what it owns is where its domain's new principals are; else it is in the database that it is added to.
    package var followsDomain = true

    package init(
        _ signInName: SignInName, kind: Principal.Kind = .user, displayName: String = "", addresses: [String] = [],
        isAdministrator: Bool = false, quotaBytes: Int64? = nil, password: PasswordHash? = nil,
        scram: ScramVerifier? = nil, mustChangePassword: Bool = false
    ) {
        self.signInName = signInName
        self.kind = kind
        self.displayName = displayName
        self.addresses = addresses
        self.isAdministrator = isAdministrator
        self.quotaBytes = quotaBytes
        self.password = password
        self.scram = scram
        self.mustChangePassword = mustChangePassword
    }
}

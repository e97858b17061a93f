/// Somebody or something that a directory elsewhere has, in this program's terms: what its attribute map makes of an
/// entry. Nothing in it is trusted but that the directory says so: texts are well-formed and of bounded length.
package struct DirectoryEntry: Sendable, Equatable {
    package enum State: String, Sendable {
        case active
        /// By the administrator of the directory.
        case disabled
        /// Its time is over.
        case expired
    }

    /// Never changes, and never names another: objectGUID, ipaUniqueID, entryUUID.
    package var id: String
    /// Where it is now (a distinguished name); changes when it is renamed or moved.
    package var location: String
    package var kind: Principal.Kind
    /// The name to sign in with, as the directory has it; empty where it has none.
    package var login: String
    package var displayName: String
    package var givenName: String?
    package var familyName: String?
    /// Mail addresses in lower case, the preferred one first, each once.
    package var addresses: [String]
    package var phones: [String]
    package var title: String?
    package var department: String?
    package var photo: [UInt8]?
    package var state: State
    /// Whether the address list must not show it.
    package var isHidden: Bool
    /// The locations of the groups that the entry itself names, not those that only name the entry; in any form in which
    /// the directory finds them.
    package var groupLocations: [String]

    package init(
        id: String, location: String, kind: Principal.Kind = .user, login: String = "", displayName: String,
        givenName: String? = nil, familyName: String? = nil, addresses: [String] = [], phones: [String] = [], title: String? = nil, department: String? = nil,
        photo: [UInt8]? = nil, state: State = .active, isHidden: Bool = false, groupLocations: [String] = []
    ) {
        self.id = id
        self.location = location
        self.kind = kind
        self.login = login
        self.displayName = displayName
        self.givenName = givenName
        self.familyName = familyName
        self.addresses = addresses
        self.phones = phones
        self.title = title
        self.department = department
        self.photo = photo
        self.state = state
        self.isHidden = isHidden
        self.groupLocations = groupLocations
    }
}

import Bytes
import Directory

/// Which attributes of a directory's entries are what. Where several are named, the first that an entry has counts, or all
/// where there may be many. Empty: the directory has none.
package struct AttributeMap: Sendable, Equatable {
    /// How the id is stored.
    package enum IDForm: String, Sendable, CaseIterable {
        /// As it is written.
        case text
        /// The 16 bytes of a GUID, the first fields with the low byte first.
        case guid
    }

    /// RFC 4515; empty: there are none.
    package var userFilter = "(objectClass=inetOrgPerson)"
    package var groupFilter = "(objectClass=groupOfNames)"
    package var roomFilter = ""
    package var resourceFilter = ""
    /// Functional mailboxes.
    package var mailboxFilter = ""
    /// What never changes (RFC 4530 by default).
    package var id = "entryUUID"
    package var idForm = IDForm.text
    /// What one may sign in with; the first one becomes the name here.
    package var login = ["uid"]
    package var displayName = ["displayName", "cn"]
    package var givenName = ["givenName"]
    package var familyName = ["sn"]
    /// All mail addresses, the preferred one first; values like `smtp:…` too (`SMTP:…` is the preferred one).
    package var addresses = ["mail"]
    package var phones = ["telephoneNumber", "mobile"]
    package var title = ["title"]
    package var department = ["departmentNumber", "ou"]
    package var photo = ["jpegPhoto"]
    /// Of groups: the distinguished names of those who are in it.
    package var member = ["member"]
    /// Of groups: their logins.
    package var memberLogin: [String] = []
    /// The distinguished names of the groups that one is in.
    package var memberOf = ["memberOf"]
    /// Of accounts of Active Directory: the number of the group that has them without naming them. Empty: there is none.
    package var primaryGroup = ""
    /// When the entry was last changed: an attribute that can be searched by `>=`; empty: there is none.
    package var changed = "modifyTimestamp"
    /// Any that holds means it.
    package var disabled: [EntryTest] = []
    package var expired: [EntryTest] = []
    package var hidden: [EntryTest] = []
    /// Of entries that `userFilter` finds: those that are no people.
    package var notPeople: [EntryTest] = []

    package init() {}

    /// All that a search for people and groups asks for; no attribute twice.
    var requested: [String] { Self.each(wanted) }

    /// What a list of everybody asks for besides.
    func requested(forListOf kind: Principal.Kind) -> [String] {
        Self.each(wanted + (changed.isEmpty ? [] : [changed]) + (kind == .group ? member + memberLogin : []))
    }

    private var wanted: [String] {
        let texts = login + displayName + givenName + familyName + addresses + phones + title + department
        let groups = memberOf + (primaryGroup.isEmpty ? [] : [primaryGroup, ObjectSID.attribute])
        return [id] + texts + photo + groups + (disabled + expired + hidden + notPeople).map(\.attribute)
    }

    private static func each(_ all: [String]) -> [String] {
        var names: [String] = []
        for name in all where !names.contains(where: { $0.lowercased() == name.lowercased() }) { names.append(name) }
        return names
    }

    /// RFC 4512 §1.4: a descriptor or an object identifier.
    package static func isAttribute(_ text: String) -> Bool {
        guard 1...128 ~= text.utf8.count, let first = text.utf8.first, first.isASCIILetter || first.isASCIIDigit else {
            return false
        }
        return text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x2E }
    }
}

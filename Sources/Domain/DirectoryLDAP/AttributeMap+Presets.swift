/// The directories whose maps are known.
package enum DirectoryPreset: String, Sendable, CaseIterable {
    case activeDirectory = "active-directory"
    case samba
    case freeIPA = "freeipa"
    case openLDAP = "openldap"
    case aldPro = "ald-pro"
    case redADM = "red-adm"

    /// What it is, for the documentation.
    package var title: String {
        switch self {
        case .activeDirectory: "Microsoft Active Directory, with Exchange's attributes where they are"
        case .samba: "Samba 4 as a domain controller"
        case .freeIPA: "FreeIPA and Red Hat Identity Management"
        case .openLDAP: "OpenLDAP and others with inetOrgPerson, groupOfNames and posixGroup"
        case .aldPro: "ALD Pro (a FreeIPA)"
        case .redADM: "RED ADM (a Samba domain)"
        }
    }

    package var map: AttributeMap {
        switch self {
        case .activeDirectory, .samba, .redADM: Self.microsoft
        case .freeIPA, .aldPro: Self.ipa
        case .openLDAP: Self.inetOrgPerson
        }
    }

    // MS-ADA1 to MS-ADA3 have the attributes; Samba's schema is the same one.
    private static let microsoft: AttributeMap = {
        var map = AttributeMap()
        // A computer is a user there.
        map.userFilter = "(&(objectClass=user)(!(objectClass=computer)))"
        map.groupFilter = "(objectClass=group)"
        map.roomFilter = "(&(objectClass=user)(msExchResourceMetaData=ResourceType:Room))"
        map.resourceFilter = "(&(objectClass=user)(msExchResourceMetaData=ResourceType:Equipment))"
        // Shared mailboxes: accounts that are disabled.
        map.mailboxFilter = "(&(objectClass=user)(msExchRecipientTypeDetails=4))"
        // Rooms of Exchange are users too. Without Exchange the schema has no such attribute: in a filter its negation would be
        // Undefined like itself (RFC 4511 §4.5.1.7; MS-ADTS §3.1.1.3.1.3.1), and nobody be found.
        map.notPeople = tests("msExchResourceMetaData=*", "msExchRecipientTypeDetails=4")
        map.id = "objectGUID"
        map.idForm = .guid
        map.login = ["sAMAccountName", "userPrincipalName"]
        // modifyTimestamp is made up by the server there, and cannot be searched (MS-ADTS §3.1.1.4.5.7).
        map.changed = "whenChanged"
        map.addresses = ["mail", "proxyAddresses"]
        map.primaryGroup = "primaryGroupID"
        map.department = ["department"]
        map.photo = ["thumbnailPhoto", "jpegPhoto"]
        // ADS_UF_ACCOUNTDISABLE (MS-ADTS §2.2.16).
        map.disabled = tests("userAccountControl&2")
        map.expired = tests("accountExpires@filetime")
        map.hidden = tests("msExchHideFromAddressLists=TRUE")
        return map
    }()

    private static let ipa: AttributeMap = {
        var map = AttributeMap()
        // The id keeps the copies of the compatibility tree (cn=compat) out.
        map.userFilter = "(&(objectClass=posixAccount)(ipaUniqueID=*))"
        map.groupFilter = "(&(objectClass=ipaUserGroup)(ipaUniqueID=*))"
        map.id = "ipaUniqueID"
        map.addresses = ["mail", "mailAlternateAddress"]
        map.department = ["departmentNumber", "ou"]
        map.disabled = tests("nsAccountLock=TRUE")
        map.expired = tests("krbPrincipalExpiration@time")
        return map
    }()

    private static let inetOrgPerson: AttributeMap = {
        var map = AttributeMap()
        map.groupFilter = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"
        map.addresses = ["mail", "mailLocalAddress"]
        map.member = ["member", "uniqueMember"]
        map.memberLogin = ["memberUid"]
        // The password policy overlay: this time is for ever; any other is over by itself, and known to the server only.
        map.disabled = tests("pwdAccountLockedTime=000001010000Z")
        map.expired = tests("shadowExpire@days", "pwdEndTime@time")
        return map
    }()

    private static func tests(_ texts: String...) -> [EntryTest] { texts.compactMap { EntryTest($0) } }
}

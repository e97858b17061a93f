import Bytes
package import Directory

extension AttributeMap {
    /// What an entry is here; nil where it has no id of the expected form, or is no user though found as one.
    ///
    /// - Parameter now: milliseconds since 1970, for what expires.
    package func entry(_ entry: LDAPEntry, kind: Principal.Kind, now: Int64) -> DirectoryEntry? {
        guard let id = idText(entry) else { return nil }
        if kind == .user, notPeople.contains(where: { $0.holds(entry, now: now) }) { return nil }
        let login = entry.exactText(login) ?? ""
        let displayName = entry.shownTexts(displayName).first { _ in true } ?? (login.isEmpty ? id : login)
        return DirectoryEntry(
            id: id, location: entry.name, kind: kind, login: login, displayName: displayName,
            givenName: entry.shownTexts(givenName).first { _ in true },
            familyName: entry.shownTexts(familyName).first { _ in true },
            addresses: mailAddresses(entry), phones: Array(entry.shownTexts(phones).prefix(LDAPLimits.contacts)),
            title: entry.shownTexts(title).first { _ in true },
            department: entry.shownTexts(department).first { _ in true },
            photo: entry.values(photo).first { 1...LDAPLimits.photo ~= $0.count }, state: state(entry, now: now),
            isHidden: hidden.contains { $0.holds(entry, now: now) },
            groupLocations: primaryGroupLocations(entry) + entry.exactTexts(memberOf).prefix(LDAPLimits.groups))
    }

    /// None or one.
    private func primaryGroupLocations(_ entry: LDAPEntry) -> [String] {
        guard !primaryGroup.isEmpty, let number = entry.exactText([primaryGroup]),
            let account = entry.values(ObjectSID.attribute).first,
            let location = ObjectSID.location(ofGroup: number, inDomainOf: account)
        else { return [] }
        return [location]
    }

    func idText(_ entry: LDAPEntry) -> String? {
        switch idForm {
        case .guid: return entry.values(id).first.flatMap(ObjectGUID.text)
        case .text:
            guard let text = entry.exactText([id]), text.utf8.count <= 255 else { return nil }
            return text
        }
    }

    /// The filter that finds an id; nil where it cannot be one.
    func idFilter(_ text: String) -> String? {
        switch idForm {
        case .guid: ObjectGUID.bytes(text).map { "(\(id)=\(LDAPFilter.escaped($0)))" }
        case .text: "(\(id)=\(LDAPFilter.escaped(text)))"
        }
    }

    /// The filter that finds who signs in under a name: its local part or all of it as a login, or all as an address.
    func signInFilter(_ name: SignInName) -> String {
        var ways: [String] = []
        for attribute in login {
            ways.append(LDAPFilter.equals(attribute, name.name))
            ways.append(LDAPFilter.equals(attribute, name.description))
        }
        return LDAPFilter.all([userFilter, LDAPFilter.any(ways + addressWays(name))])
    }

    /// The filter that finds a group by what it is called, or by an address.
    func groupNameFilter(_ name: SignInName) -> String {
        let ways = (login + displayName).map { LDAPFilter.equals($0, name.name) }
        return LDAPFilter.all([groupFilter, LDAPFilter.any(ways + addressWays(name))])
    }

    private func addressWays(_ name: SignInName) -> [String] {
        var ways: [String] = []
        for attribute in addresses {
            ways.append(LDAPFilter.equals(attribute, name.description))
            // MS-OXOABK §2.2.3.23: the attribute is compared without regard to case, so this finds the preferred one too.
            if Self.hasAddressTypes(attribute) { ways.append(LDAPFilter.equals(attribute, "smtp:\(name)")) }
        }
        return ways
    }

    /// Whether its values begin with a type, as `SMTP:anna@example.org`.
    private static func hasAddressTypes(_ attribute: String) -> Bool { attribute.lowercased() == "proxyaddresses" }

    private func state(_ entry: LDAPEntry, now: Int64) -> DirectoryEntry.State {
        if disabled.contains(where: { $0.holds(entry, now: now) }) { return .disabled }
        return expired.contains { $0.holds(entry, now: now) } ? .expired : .active
    }

    private func mailAddresses(_ entry: LDAPEntry) -> [String] {
        var found: [String] = []
        var preferred: String?
        for attribute in addresses {
            for value in entry.exactTexts([attribute]) {
                var text = value[...]
                var isPreferred = false
                if Self.hasAddressTypes(attribute), let colon = text.firstIndex(of: ":") {
                    // Others than mail's (X400:, SIP:, EUM:) are no addresses here.
                    guard text[..<colon].lowercased() == "smtp" else { continue }
                    isPreferred = text[..<colon] == "SMTP"
                    text = text[text.index(after: colon)...]
                }
                guard let folded = MailAddress.folded(String(text)), !found.contains(folded) || isPreferred else {
                    continue
                }
                if isPreferred && preferred == nil { preferred = folded }
                if !found.contains(folded) { found.append(folded) }
                if found.count >= LDAPLimits.contacts { break }
            }
        }
        if let preferred { found = [preferred] + found.filter { $0 != preferred } }
        return found
    }
}

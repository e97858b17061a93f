import Bytes
import CollectionStore
import DAVGrammar
import Database
import Directory
import XML

/// Delegation as Apple's server brought it (caldav-proxy): each principal with calendars has two groups below it, of those who
/// read and of those who write their calendars. They are the grants on the calendar home.
struct Proxy: Sendable {
    let principal: Principal
    let delegation: Delegation

    init(_ principal: Principal, _ delegation: Delegation) {
        self.principal = principal
        self.delegation = delegation
    }

    /// Of a segment below a principal; a group has no calendars.
    init?(_ principal: Principal, segment: String) {
        guard principal.kind != .group, let delegation = Delegation.allCases.first(where: { $0.segment == segment }) else {
            return nil
        }
        self.init(principal, delegation)
    }

    var href: Href { Href.principal(principal).collection(delegation.segment) }

    /// The home, where the asker has the right on it.
    func home(_ tx: borrowing ReadTransaction, with right: Rights, for locator: Locator) throws -> Collection? {
        guard let home = try Collections.home(tx, of: principal.id, kind: .calendarHome),
            try locator.rights(tx, on: home.id).contains(right) else { return nil }
        return home
    }
}

extension Delegation {
    var segment: String { resourceType.local }

    var resourceType: XMLName {
        switch self {
        case .reading: .calendarServer(.calendarProxyRead)
        case .writing: .calendarServer(.calendarProxyWrite)
        }
    }
}

extension PropertyTable {
    static let calendarProxies: [LiveProperty] = [
        proxies(.calendarServer(.calendarProxyReadFor), .reading),
        proxies(.calendarServer(.calendarProxyWriteFor), .writing),
    ]

    /// For whom one acts: told to nobody else.
    private static func proxies(_ name: XMLName, _ delegation: Delegation) -> LiveProperty {
        LiveProperty(
            name: name,
            resource: { tx, source, out in
                guard let principal = source.principal, principal.id == source.exchange.principal.id else { return false }
                for (owner, found) in try owners(tx, source.exchange) where found == delegation {
                    out.href(.principal(owner))
                }
                return true
            })
    }

    static func owners(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange
    ) throws -> [(owner: Principal, delegation: Delegation)] {
        let owners = try Delegation.owners(tx, of: exchange.locator.view(tx), now: exchange.now)
        let principals = try LocalDirectory.find(tx, all: Set(owners.map(\.owner)))
        // Those of other domains have no principal's URL here.
        return owners.compactMap { entry in
            principals[entry.owner].flatMap { $0.domain == exchange.principal.domain ? ($0, entry.delegation) : nil }
        }
    }
}

/// PROPPATCH of a group of delegates: its members are set, and nothing else.
enum ProxyChange {
    static func apply(
        _ tx: borrowing WriteTransaction, _ exchange: Exchange, _ instructions: [ProppatchBody.Instruction], to proxy: Proxy
    ) throws -> PropertyChange.Outcome {
        var outcome = PropertyChange.Outcome()
        var new = NewGrantees()
        for instruction in instructions {
            do {
                guard instruction.name == .dav(.groupMemberSet) else {
                    throw Reply(.forbidden, condition: .dav(.cannotModifyProtectedProperty), "It is protected.")
                }
                guard let home = try proxy.home(tx.read, with: .writeACL, for: exchange.locator) else {
                    throw Reply(needs: .dav(.writeACL), at: proxy.href)
                }
                var members: Set<PrincipalID> = []
                if case .set(let element) = instruction { members = try self.members(tx.read, exchange, element, &new) }
                try proxy.delegation.setDelegates(tx, members, in: home, now: exchange.now)
                outcome.rows.append((instruction.name, nil))
            } catch let refusal as Reply {
                outcome.rows.append((instruction.name, refusal))
            } catch let refusal as StoreRefusal {
                outcome.rows.append((instruction.name, Reply(refusal, in: nil, at: proxy.href)))
            }
        }
        if outcome.isSuccess { try new.check() }
        return outcome
    }

    /// RFC 3744 §4.3: hrefs of principals.
    private static func members(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ element: XMLElement, _ new: inout NewGrantees
    ) throws -> Set<PrincipalID> {
        var members: Set<PrincipalID> = []
        for child in element.children where child.name == .dav(.href) {
            let text = String(utf8: child.trimmedText)
            let unknown = Reply(.forbidden, condition: .dav(.recognizedPrincipal), "There is no principal \(text).")
            guard members.count + new.listed.count < Grants.maximumPerCollection, let name = (try? RequestPath(text))?.principalSegment
            else { throw unknown }
            if let found = try exchange.locator.principal(tx, name) {
                members.insert(found.id)
            } else if let listed = try exchange.locator.listed(tx, name) {
                new.add(listed)
            } else {
                throw unknown
            }
        }
        return members
    }
}

import Calendars
import CollectionStore
import DAVGrammar
import Database
import XML

/// Setting and removing properties, for PROPPATCH and for the making of collections.
enum PropertyChange {
    /// What properties can be set on.
    struct Target {
        let collection: CollectionID
        let member: Member?
        let kind: CollectionKind?
        /// Nil for a member.
        let parentOf: Collection?
        /// What the asker may do with it, and its URL.
        let access: Access
        let href: Href
        /// The mount that is changed, where it is one.
        let mount: Mount?

        init(_ resource: Resource, _ access: Access, href: Href = Href()) throws {
            self.access = access
            self.href = href
            switch resource {
            case .collection(let collection):
                (self.collection, member, kind, parentOf) = (collection.id, nil, collection.kind, collection)
                mount = access.isMountPoint(collection) ? access.mount : nil
            case .member(let member):
                (collection, self.member, kind, parentOf) = (member.collectionID, member, nil, nil)
                mount = nil
            case .root, .container, .principal, .proxy:
                throw Reply(.forbidden, "Its properties cannot be changed.")
            }
        }

        /// The mount, where `name` is a property that sharees have for themselves.
        func personalPlace(of name: XMLName) -> Mount? { PersonalProperties.names.contains(name) ? mount : nil }

        func recordChange(
            _ tx: borrowing WriteTransaction, _ instructions: [ProppatchBody.Instruction], now: Milliseconds
        ) throws {
            if let mount {
                if instructions.contains(where: { personalPlace(of: $0.name) != nil }) {
                    try Mounts.propertiesChanged(tx, of: mount, now: now)
                }
                if instructions.allSatisfy({ personalPlace(of: $0.name) != nil }) { return }
            }
            if let member { try Members.propertiesChanged(tx, of: member, now: now) }
            if let parentOf { try Collections.propertiesChanged(tx, of: parentOf, now: now) }
        }
    }

    struct Outcome {
        var rows: [(name: XMLName, refusal: Reply?)] = []

        var isSuccess: Bool { rows.allSatisfy { $0.refusal == nil } }

        /// RFC 4918 §9.2.1: where one was refused, the others failed for its sake (424).
        func writePropstats(to out: inout XMLWriter) {
            let isSuccess = isSuccess
            for row in rows where row.refusal == nil {
                Self.write(row.name, isSuccess ? .ok : .failedDependency, nil, to: &out)
            }
            for row in rows {
                if let refusal = row.refusal { Self.write(row.name, refusal.status, refusal, to: &out) }
            }
        }

        private static func write(_ name: XMLName, _ status: HTTPStatus, _ refusal: Reply?, to out: inout XMLWriter) {
            out.open(.dav(.propstat))
            out.open(.dav(.prop))
            out.empty(name)
            out.close(.dav(.prop))
            out.status(status)
            if let refusal, refusal.condition != nil {
                out.open(.dav(.error))
                refusal.writeCondition(to: &out)
                out.close(.dav(.error))
            }
            out.close(.dav(.propstat))
        }
    }

    /// `isCreation`: the resource is being made, so that what cannot be changed later can be set.
    static func apply(
        _ tx: borrowing WriteTransaction, _ server: DAVServer, _ instructions: [ProppatchBody.Instruction], to target: Target,
        isCreation: Bool
    ) throws -> Outcome {
        var outcome = Outcome()
        for instruction in instructions {
            do {
                try apply(tx, server, instruction, to: target, isCreation: isCreation)
                outcome.rows.append((instruction.name, nil))
            } catch let refusal as Reply {
                outcome.rows.append((instruction.name, refusal))
            } catch StoreRefusal.quotaExceeded {
                outcome.rows.append((instruction.name, Reply(.insufficientStorage, condition: .dav(.quotaNotExceeded))))
            }
        }
        return outcome
    }

    private static func apply(
        _ tx: borrowing WriteTransaction, _ server: DAVServer, _ instruction: ProppatchBody.Instruction, to target: Target,
        isCreation: Bool
    ) throws {
        let name = instruction.name
        if let live = PropertyTable.byName[name] {
            guard let setting = live.setting, let kind = target.kind, setting.kinds.contains(kind) else {
                throw Reply(.forbidden, condition: .dav(.cannotModifyProtectedProperty), "It is protected.")
            }
            var value: XMLElement?
            if case .set(let element) = instruction {
                try setting.check(element, server)
                value = element
            }
            if let mount = target.personalPlace(of: name) { return try setPersonal(tx, instruction, of: mount) }
            try checkRight(to: target)
            if let collection = target.parentOf, try setting.take(tx, collection, value, target.access, server) { return }
            if let other = setting.replaces {
                try DeadProperties.remove(
                    tx, of: target.collection, target.member?.id, namespace: other.namespace, name: other.local)
            }
        }
        try checkRight(to: target)
        switch instruction {
        case .set(let element):
            try DeadProperties.set(
                tx, of: target.collection, target.member?.id, namespace: name.namespace, name: name.local,
                value: element.standaloneBytes)
        case .remove:
            try DeadProperties.remove(
                tx, of: target.collection, target.member?.id, namespace: name.namespace, name: name.local)
        }
    }

    /// RFC 3744 §3.2: what all see needs the privilege, property by property: the others may be the sharee's own.
    private static func checkRight(to target: Target) throws {
        guard target.access.rights.contains(.writeProperties) else {
            throw Reply(needs: .dav(.writeProperties), at: target.href)
        }
    }

    private static func setPersonal(
        _ tx: borrowing WriteTransaction, _ instruction: ProppatchBody.Instruction, of mount: Mount
    ) throws {
        let name = instruction.name
        switch instruction {
        case .set(let element):
            try MountProperties.set(
                tx, of: mount, namespace: name.namespace, name: name.local, value: element.standaloneBytes)
        case .remove: try MountProperties.remove(tx, of: mount, namespace: name.namespace, name: name.local)
        }
    }
}

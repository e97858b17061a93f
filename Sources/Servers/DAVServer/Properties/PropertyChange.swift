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
        private let parentOf: Collection?

        init(_ resource: Resource) throws {
            switch resource {
            case .collection(let collection):
                (self.collection, member, kind, parentOf) = (collection.id, nil, collection.kind, collection)
            case .member(let member):
                (collection, self.member, kind, parentOf) = (member.collectionID, member, nil, nil)
            case .root, .container, .principal:
                throw Reply(.forbidden, "Its properties cannot be changed.")
            }
        }

        func recordChange(_ tx: borrowing WriteTransaction, now: Milliseconds) throws {
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
            if case .set(let element) = instruction { try setting.check(element, server) }
            if let other = setting.replaces {
                try DeadProperties.remove(
                    tx, of: target.collection, target.member?.id, namespace: other.namespace, name: other.local)
            }
        }
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
}

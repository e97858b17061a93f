import Bytes
import Database
import Directory
import IMAPGrammar
import Mail

/// GETQUOTA, GETQUOTAROOT, SETQUOTA (RFC 9208 §4.1). Each owner has one root for all that is theirs: its name is empty for one's own, and
/// the owner's name for others'.
extension Session {
    func getQuotaRoot(_ name: WireName) throws -> Completion {
        let (owner, quota) = try database.read { tx in
            let place = try place(tx, name)
            if let found = try find(tx, place) {
                // RFC 4314 §4: "r".
                try require(.read, of: found)
            } else if place.owner.id != principal?.id {
                throw Self.noMailbox
            }
            // RFC 9208 §4.1.2: it need not be there.
            return (place.owner, try store.quota(tx, of: place.owner.id))
        }
        let root = rootName(of: owner)
        out.quotaRoot(name, roots: [root])
        tell(quota, root)
        return .ok(nil, "done")
    }

    func getQuota(_ root: [UInt8]) throws -> Completion {
        let principal = try signedInPrincipal()
        guard root == rootName(of: principal) || root == Identifiers.text(of: principal) else {
            return .no(.nonexistent, "no such quota root")
        }
        tell(try database.read { tx in try store.quota(tx, of: principal.id) }, root)
        return .ok(nil, "done")
    }

    private func rootName(of owner: Principal) -> [UInt8] { owner.id == principal?.id ? [] : Identifiers.text(of: owner) }

    /// RFC 9208 §5: STORAGE is in units of 1024 octets. What has no limit is left out.
    private func tell(_ quota: MailQuota, _ root: [UInt8]) {
        var resources: [(name: String, usage: UInt64, limit: UInt64)] = []
        if let limit = quota.byteLimit {
            resources.append(("STORAGE", (UInt64(clamping: quota.usedBytes) + 1023) / 1024, UInt64(clamping: limit) / 1024))
        }
        if let limit = quota.messageLimit {
            resources.append(("MESSAGE", UInt64(clamping: quota.messageCount), UInt64(clamping: limit)))
        }
        out.quota(root: root, resources)
    }
}

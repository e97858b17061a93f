import CollectionStore
import Directory
import XML

/// RFC 4331 §3 and §4. Where there is no limit, quota-available-bytes is absent: a made-up number would be one.
extension PropertyTable {
    static let quota: [LiveProperty] = [
        LiveProperty(
            name: .dav(.quotaUsedBytes),
            resource: { tx, source, out in
                guard let owner = source.owner, source.collection != nil, source.access.rights.contains(.bind) else { return false }
                out.text(decimal: try CollectionStore.Quota.state(tx, of: owner.id).used)
                return true
            }),
        LiveProperty(
            name: .dav(.quotaAvailableBytes),
            resource: { tx, source, out in
                guard let owner = source.owner, source.collection != nil, source.access.rights.contains(.bind) else { return false }
                let state = try CollectionStore.Quota.state(tx, of: owner.id)
                guard let limit = state.limit else { return false }
                out.text(decimal: max(0, limit - state.used))
                return true
            }),
    ]
}

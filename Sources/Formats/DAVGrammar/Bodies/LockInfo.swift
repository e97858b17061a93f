import Bytes
package import XML

/// RFC 4918 §14.11.
package struct LockInfo: Sendable {
    package var isExclusive: Bool
    /// The element, for keeping as it is.
    package var owner: XMLElement?

    package static func parse(_ bytes: [UInt8]) throws(RequestBodyError) -> LockInfo {
        let root = try RequestDocument.root(bytes, [.dav(.lockinfo)])
        guard let scope = root.firstChild(named: .dav(.lockscope)), let type = root.firstChild(named: .dav(.locktype)),
            type.firstChild(named: .dav(.write)) != nil else {
            throw .notUnderstood("A lockinfo has a lockscope and the locktype write.")
        }
        let isExclusive = scope.firstChild(named: .dav(.exclusive)) != nil
        guard isExclusive || scope.firstChild(named: .dav(.shared)) != nil else {
            throw .notUnderstood("The lockscope is exclusive or shared.")
        }
        return LockInfo(isExclusive: isExclusive, owner: root.firstChild(named: .dav(.owner)))
    }
}

internal import Bytes

/// RFC 9208 §4.1.3, and its use in the answer (§4.2.1): a resource, in upper case, and its limit.
package struct QuotaLimit: Hashable, Sendable {
    package var resource: [UInt8]
    package var limit: UInt64

    package init(resource: [UInt8], limit: UInt64) {
        self.resource = resource
        self.limit = limit
    }
}

extension CommandCursor {
    mutating func getQuota() throws(ParseError) -> Command { .getQuota(root: try stringArgument("a quota root")) }

    mutating func setQuota() throws(ParseError) -> Command {
        let root = try stringArgument("a quota root")
        try space()
        var limits: [QuotaLimit] = []
        try list(mayBeEmpty: true) { (cursor) throws(ParseError) in
            let resource = try cursor.upperCasedAtom("a resource")
            try cursor.space()
            limits.append(QuotaLimit(resource: resource, limit: try cursor.number64("a limit")))
            guard limits.count <= 20 else { throw cursor.failure("fewer resources") }
        }
        return .setQuota(root: root, limits)
    }
}

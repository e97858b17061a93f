import Bytes

/// The parameters of a POST that changes managed attachments (RFC 8607 §3.3).
package struct AttachmentQuery: Equatable, Sendable {
    package enum Action: String, Sendable, CaseIterable {
        case add = "attachment-add"
        case update = "attachment-update"
        case remove = "attachment-remove"
    }

    /// Nil: something else.
    package var action: Action?
    /// As it stands there, decoded.
    package var managedID: String?
    package var recurrenceIDs: String?

    /// Nil where the query has no `action`: the request means something else.
    package init?(_ query: String?) {
        guard let query else { return nil }
        var values: [String: String] = [:]
        var isAmbiguous = false
        for item in query.utf8.split(separator: 0x26) {
            let name = item.prefix { $0 != 0x3D }
            let key = String(decoding: name, as: UTF8.self)
            guard ["action", "managed-id", "rid"].contains(key) else { continue }
            // What cannot be read is there all the same, and is no value that is known.
            let value = PercentCoding.decode(item.dropFirst(name.count + 1)).flatMap { String(validating: $0, as: UTF8.self) }
            if values.updateValue(value ?? "", forKey: key) != nil { isAmbiguous = true }
        }
        guard let text = values["action"] else { return nil }
        action = isAmbiguous ? nil : Action(rawValue: text)
        managedID = values["managed-id"]
        recurrenceIDs = values["rid"]
    }

    /// Whether a request target has such a query: for who must know before the target is parsed.
    package static func isIn(target: String) -> Bool {
        guard let mark = target.utf8.firstIndex(of: 0x3F) else { return false }
        return AttachmentQuery(String(target[target.utf8.index(after: mark)...])) != nil
    }
}

import Bytes
package import CollectionStore
package import Database
import XML

/// What people see of a collection: `displayname` and `calendar-color`, kept as the properties that clients set.
package enum CollectionTitle {
    package static func set(_ tx: borrowing WriteTransaction, of collection: Collection, to title: String) throws {
        try set(tx, .dav(.displayname), of: collection, to: title)
    }

    /// `color`: `#rrggbb`, to which Apple's clients add two digits of opacity.
    package static func setColor(_ tx: borrowing WriteTransaction, of collection: Collection, to color: String) throws {
        try set(tx, .appleICal(.calendarColor), of: collection, to: color)
    }

    /// The name that people gave it; where they gave none, that of its URL.
    package static func read(_ tx: borrowing ReadTransaction, of collection: Collection) throws -> String {
        let name = XMLName.dav(.displayname)
        let element = try DeadProperties.value(tx, of: collection.id, nil, namespace: name.namespace, name: name.local)
        guard let element, let root = try? XMLDocument.parse(element, limits: XMLLimits()).root else { return collection.name }
        let title = String(utf8: root.trimmedText)
        return title.isEmpty ? collection.name : title
    }

    private static func set(
        _ tx: borrowing WriteTransaction, _ name: XMLName, of collection: Collection, to text: String
    ) throws {
        var out = XMLWriter()
        out.openStandalone(name)
        out.text(text)
        out.close(name)
        try DeadProperties.set(
            tx, of: collection.id, nil, namespace: name.namespace, name: name.local, value: out.bytes)
    }
}

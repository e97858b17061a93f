import XML

/// All live properties. What a client asks is looked up here and nowhere else.
enum PropertyTable {
    static let all: [LiveProperty] =
        webDAV + locking + accessControl + accessLists + collections + quota + calDAV + visibleRange + restore + managedAttachments
            + cardDAV + phoneNumbers + calendarServer + sharing + calendarProxies + appleICal

    static let byName: [XMLName: LiveProperty] = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    static let tags: [XMLName: ElementTags] = byName.mapValues { ElementTags($0.name) }
}

/// An element's tags as bytes, so that a row need not make them.
struct ElementTags: Sendable {
    let open: [UInt8]
    let close: [UInt8]
    /// Both in one.
    let empty: [UInt8]

    /// The attributes stand in what has content only.
    init(_ name: XMLName, attributes: [(String, String)] = []) {
        var (open, close) = (XMLWriter(capacity: 32), XMLWriter(capacity: 32))
        if attributes.isEmpty { open.open(name) } else { open.open(name, attributes: attributes) }
        close.close(name)
        var empty = XMLWriter(capacity: 32)
        empty.empty(name)
        (self.open, self.close, self.empty) = (open.bytes, close.bytes, empty.bytes)
    }
}

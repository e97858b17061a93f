import XML

/// All live properties. What a client asks is looked up here and nowhere else.
enum PropertyTable {
    static let all: [LiveProperty] =
        webDAV + locking + accessControl + collections + quota + calDAV + cardDAV + calendarServer + appleICal

    static let byName: [XMLName: LiveProperty] = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

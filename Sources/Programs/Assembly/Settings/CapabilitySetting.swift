package import IMAPServer

/// By its name.
extension Capability: TextSettingElement {
    init?(_ text: String) { self.init(named: text) }
    package var description: String { rawValue }
    static let expected = "a capability of IMAP such as UIDONLY"
}

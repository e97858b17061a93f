/// The names that collections and members may have.
package enum MemberName {
    /// In bytes of UTF-8.
    package static let maximumLength = 255

    /// Throws `StoreRefusal.invalidName`. The name stands in a URL as one segment, so it may hold anything but what
    /// ends a segment, what a file system or a log could not carry, and the two names that mean a place.
    package static func check(_ name: String) throws(StoreRefusal) {
        let bytes = name.utf8
        if bytes.isEmpty || bytes.count > maximumLength || name == "." || name == ".." { throw .invalidName }
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0x2F }) { throw .invalidName }
    }
}

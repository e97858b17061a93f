/// A collection's node id; never used twice.
package struct CollectionID: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A member's node id; never used twice. It survives a new content and a move, not the trash.
package struct MemberID: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A position in one collection's change log.
package struct ModSeq: RawRepresentable, Hashable, Comparable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package static let zero = ModSeq(rawValue: 0)
    package static func < (a: ModSeq, b: ModSeq) -> Bool { a.rawValue < b.rawValue }
}

/// Milliseconds since 1970 in UTC.
package typealias Milliseconds = Int64

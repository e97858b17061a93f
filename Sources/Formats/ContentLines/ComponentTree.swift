public import Bytes

/// A document as lines and components, each in its place, in an arena in the order of the document.
///
/// Names are compared without case (RFC 5545 §2). Components that have lost their END are closed where the next one of
/// their kind begins, where an outer one ends, or at the end of the document.
public struct ComponentTree: Sendable {
    @usableFromInline let storage: Storage

    @usableFromInline
    final class Storage: Sendable {
        @usableFromInline let source: [UInt8]
        @usableFromInline let text: [UInt8]
        @usableFromInline let extents: [ContentLineExtent]
        @usableFromInline let nodes: [Node]
        let repairs: Repairs

        init(source: [UInt8], text: [UInt8], extents: [ContentLineExtent], nodes: [Node], repairs: Repairs) {
            self.source = source
            self.text = text
            self.extents = extents
            self.nodes = nodes
            self.repairs = repairs
        }

        @inlinable @inline(__always)
        func isNode(_ index: Int, named name: StaticString) -> Bool {
            let node = nodes[index]
            let text = text
            return text.span.extracting(node.nameStart..<node.nameEnd).equalsIgnoringASCIICase(name)
        }
    }

    /// The nodes stand in pre-order: the children of node `i` are `i + 1`, then each one's `subtreeEnd`, up to its own.
    @usableFromInline
    struct Node: Sendable {
        @usableFromInline var beginLine: Int
        /// The line of the END, or, without one, the first line that is no part of the component.
        @usableFromInline var endLine: Int
        @usableFromInline var hasEnd = false
        @usableFromInline var parent: Int
        @usableFromInline var subtreeEnd: Int
        @usableFromInline var nameStart: Int
        @usableFromInline var nameEnd: Int
        @usableFromInline var level: UInt8?

        @inlinable @inline(__always) var lineAfter: Int { hasEnd ? endLine + 1 : endLine }
    }

    /// What was not as the RFCs have it, and how it was read.
    package struct Repairs: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// A component without an END was closed.
        package static let missingEnd = Repairs(rawValue: 1)
        /// An END that closes nothing was passed over.
        package static let strayEnd = Repairs(rawValue: 2)
        /// Text before, between or after the outermost components was passed over.
        package static let textOutside = Repairs(rawValue: 4)
        /// A line without a colon was kept, but is no property.
        package static let lineWithoutValue = Repairs(rawValue: 8)
    }

    /// Throws only where a limit is passed.
    package static func parse(
        _ bytes: [UInt8], rules: NestingRules = .none, limits: ContentLineLimits = ContentLineLimits()
    ) throws(ParseError) -> ComponentTree {
        var lexer = Lexer(limits: limits)
        let text = try lexer.run(bytes)
        var builder = ComponentTreeBuilder(extents: lexer.takeExtents(), rules: rules, limits: limits)
        if let failure = builder.run(text) { throw failure }
        return ComponentTree(storage: builder.storage(source: bytes, text: text))
    }

    /// What the document was parsed from.
    package var source: [UInt8] { storage.source }
    /// The source without folds.
    package var text: [UInt8] { storage.text }
    /// What had to be repaired to read it.
    package var repairs: Repairs { storage.repairs }
    /// The outermost components.
    @inlinable @inline(__always)
    public var roots: ComponentSequence {
        ComponentSequence(storage: storage, range: 0..<storage.nodes.count)
    }
    /// All components, in the order in which they begin.
    @inlinable @inline(__always)
    public var allComponents: AllComponents { AllComponents(storage: storage) }
    /// Calls `body` with each of `allComponents`, and counts no references to the document on the way.
    @inlinable @inline(__always)
    public func forEachComponent<Failure>(_ body: (Component) throws(Failure) -> Void) throws(Failure) {
        for node in storage.nodes.indices { try body(Component(storage: storage, index: node)) }
    }
    /// The outermost components that have that name.
    @inlinable @inline(__always)
    public func roots(named name: StaticString) -> NamedComponentSequence {
        NamedComponentSequence(all: roots, name: name)
    }
    /// Whether the source has a NUL byte, which neither format allows and nothing here can show.
    package var containsNUL: Bool {
        storage.source.withUnsafeBufferPointer { $0.firstOffset(of: 0, from: 0) != nil }
    }
}

/// What may not stand within what, so that a lost END does not put one object into another.
package struct NestingRules: Sendable {
    /// 1 for the outermost, higher for what stands in it: a component with a level closes all open ones from the
    /// outermost of the same or a higher level on. Nil for components that may stand anywhere.
    var level: @Sendable (UnsafeBufferPointer<UInt8>) -> UInt8?
    /// A property whose value, when it is empty, is the component that follows it (AGENT in vCard 2.1).
    var nestingProperty: StaticString?

    package init(
        nestingProperty: StaticString? = nil, level: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> UInt8?
    ) {
        self.level = level
        self.nestingProperty = nestingProperty
    }

    /// The level of components with that name.
    package func level(of name: [UInt8]) -> UInt8? { name.withUnsafeBufferPointer { level($0) } }

    /// Everything may stand in everything.
    package static let none = NestingRules { _ in nil }
}

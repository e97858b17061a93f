/// One row of a result, valid inside the closure it was given to only. Columns count from 0 in the order of the statement.
package struct Row: ~Copyable {
    @usableFromInline let source: any RowSource

    /// For engines only.
    package init(source: any RowSource) { self.source = source }

    @inlinable package func isNull(_ column: Int) -> Bool { source.isNull(column) }
    /// 0 for NULL.
    @inlinable package func integer(_ column: Int) -> Int64 { source.integer(column) }
    @inlinable package func flag(_ column: Int) -> Bool { source.integer(column) != 0 }
    /// Empty for NULL.
    @inlinable package func text(_ column: Int) -> String {
        String(decoding: source.unsafeBytes(column), as: UTF8.self)
    }
    @inlinable package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    @inlinable package func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    /// Empty for NULL.
    @inlinable package func bytes(_ column: Int) -> [UInt8] { [UInt8](source.unsafeBytes(column)) }
    /// The bytes of a text or blob in place, without a copy.
    @inlinable package func withBytes<T>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try body(source.unsafeBytes(column))
    }
}

/// What an engine gives to a `Row`.
package protocol RowSource: AnyObject {
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) -> Int64
    /// The bytes of a text or blob; they live until the next step of the statement.
    func unsafeBytes(_ column: Int) -> UnsafeRawBufferPointer
}

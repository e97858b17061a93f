import CGlibc

extension UnsafeRawBufferPointer {
    /// Where `needle` stands first; nil where it does not. An empty needle stands at the start. Linear in time, whatever the
    /// needle.
    package func firstOffset(of needle: UnsafeRawBufferPointer) -> Int? {
        guard let sought = needle.baseAddress, !needle.isEmpty else { return 0 }
        guard let text = baseAddress, needle.count <= count, let found = memmem(text, count, sought, needle.count) else { return nil }
        return UnsafeRawPointer(found) - text
    }

    package func contains(_ needle: [UInt8]) -> Bool { needle.withUnsafeBytes { firstOffset(of: $0) != nil } }
}

extension [UInt8] {
    /// Whether `needle` stands in them. What Swift has for collections of anything takes a hundred times as long, where it is not specialised.
    package func contains(bytes needle: [UInt8]) -> Bool { withUnsafeBytes { $0.contains(needle) } }
}

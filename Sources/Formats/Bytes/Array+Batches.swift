extension Array {
    /// Its elements in their order, so many together, for a statement or a transaction each; the last ones are what is left.
    package func batches(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}

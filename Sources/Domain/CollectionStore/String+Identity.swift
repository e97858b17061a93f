extension String {
    /// Whether both are the same bytes. Swift's `==` holds two spellings of one letter (NFC and NFD) for equal; names
    /// and UIDs are what was sent, to the byte, as the database compares them.
    package func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension Optional<String> {
    /// Whether both are nil, or the same bytes.
    package func isIdentical(to other: String?) -> Bool {
        switch (self, other) {
        case (nil, nil): true
        case (let a?, let b?): a.isIdentical(to: b)
        default: false
        }
    }
}

/// A row that many transactions change, each by a little: a counter of a collection, the room of an account. Where they stand in each
/// other's way, an engine whose writers do not wait for each other lets them have their turns by it.
package struct HotRow: Hashable, Comparable, Sendable {
    /// Which table it is of, in ASCII. The domain names its tables; no two have the same letter.
    package let letter: UInt8
    package let id: Int64

    package init(letter: UInt8, id: Int64) {
        self.letter = letter
        self.id = id
    }

    package static func < (left: HotRow, right: HotRow) -> Bool { (left.letter, left.id) < (right.letter, right.id) }
}

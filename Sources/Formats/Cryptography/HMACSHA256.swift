/// RFC 2104 with SHA-256: a key that can authenticate many messages.
package struct HMACSHA256: Sendable {
    private let innerPad: [UInt8]
    private let outerPad: [UInt8]

    /// Any length of `key` will do; 32 random bytes are right.
    package init(key: [UInt8]) {
        // RFC 2104 §2: a key longer than a block is hashed first, a shorter one is filled up with zeros.
        var block = key.count > SHA256.blockSize ? SHA256.hash(key) : key
        block.append(contentsOf: repeatElement(0, count: SHA256.blockSize - block.count))
        innerPad = block.map { $0 ^ 0x36 }
        outerPad = block.map { $0 ^ 0x5C }
    }

    /// The 32 bytes that only who has the key can make of `message`.
    package func code(_ message: [UInt8]) -> [UInt8] { code(message, []) }

    /// The same for both parts, one after the other.
    package func code(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(SHA256.blockSize + max(SHA256.size, first.count + second.count))
        text.append(contentsOf: innerPad)
        text.append(contentsOf: first)
        text.append(contentsOf: second)
        let inner = SHA256.hash(text)
        text.removeAll(keepingCapacity: true)
        text.append(contentsOf: outerPad)
        text.append(contentsOf: inner)
        return SHA256.hash(text)
    }
}

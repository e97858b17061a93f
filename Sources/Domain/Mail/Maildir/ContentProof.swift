import Cryptography
import Database

/// Proves that octets of a file are those of the message that it was: other programs may have changed it, and what is copied from it would
/// stand for the message.
struct ContentProof: ~Copyable {
    private let content: ContentID
    private let size: Int64
    /// Nil: it was never computed.
    private let hash: [UInt8]?
    private var hasher = SHA256.Hasher()
    private var count: Int64 = 0

    init(_ tx: borrowing ReadTransaction, of content: ContentID) throws {
        let row = try tx.first("SELECT size, hash FROM mail_content WHERE id = $1", [.integer(content.rawValue)]) {
            (size: $0.integer(0), hash: $0.isNull(1) ? nil : $0.bytes(1))
        }
        guard let row else { throw Failure(.damaged, "content \(content.rawValue) is gone") }
        (self.content, size, hash) = (content, row.size, row.hash)
    }

    mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>) {
        hasher.update(UnsafeRawBufferPointer(bytes))
        count += Int64(bytes.count)
    }

    /// The hash of what came. Throws a `Failure` where it is not the message.
    @discardableResult
    consuming func finish() throws -> [UInt8] {
        let found = hasher.finish()
        guard count == size, hash == nil || hash == found else {
            throw Failure(.damaged, "the file of content \(content.rawValue) was changed by another program")
        }
        return found
    }
}

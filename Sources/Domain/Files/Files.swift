// Files: the tree of folders of each user. It owns how a body becomes a file's content: small ones are rows, large ones
// files of the file store. It must never look into a file, and knows nothing of a protocol.
//
// Start reading at FileContent.swift.

/// A body as it was received.
package enum FileBody: Sendable {
    case bytes([UInt8])
    /// A file that may be taken away by renaming it.
    case spooled(path: String, size: Int)
}

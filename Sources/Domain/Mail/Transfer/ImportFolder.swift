import Bytes
import Database
import Glibc
import IMAPGrammar
import MIME

/// What is to become one mailbox.
package struct ImportFolder: Sendable, Equatable {
    enum Content: Sendable, Equatable {
        /// The directory that has `cur` and `new`.
        case maildir(String)
        case mbox(String)
        /// Single files.
        case messages([String])
    }

    /// The levels of its name below where the import goes; empty: just there.
    package var levels: [String]
    var content: Content

    /// What is found at a path: a Maildir with its folders, an mbox file, a message in a file, or a directory of these.
    package static func find(_ path: String) throws -> [ImportFolder] {
        guard let kind = FileKind(path) else { throw Failure(.unavailable, "\(path) cannot be read") }
        if kind == .file {
            let isMbox = MboxSplitter.isMbox(try ImportReader.beginning(of: path))
            return [ImportFolder(levels: [], content: isMbox ? .mbox(path) : .messages([path]))]
        }
        var folders: [ImportFolder] = []
        if isMaildir(path) {
            folders.append(ImportFolder(levels: [], content: .maildir(path)))
            // Maildir++: folders beside `cur`, their levels parted by dots.
            for name in try ImportReader.names(in: path) where name.hasPrefix(".") && isMaildir("\(path)/\(name)") {
                let levels = name.dropFirst().split(separator: ".").map { level(String($0), isCoded: true) }
                if !levels.isEmpty { folders.append(ImportFolder(levels: levels, content: .maildir("\(path)/\(name)"))) }
            }
        }
        try walk(path, [], depth: 0, isMaildir: !folders.isEmpty, &folders)
        return folders
    }

    private static let deepest = 20

    private static func walk(
        _ path: String, _ levels: [String], depth: Int, isMaildir isInMaildir: Bool, _ folders: inout [ImportFolder]
    ) throws {
        if depth > deepest { return }
        var messages: [String] = []
        for name in try ImportReader.names(in: path).sorted() where !name.hasPrefix(".") {
            let inner = "\(path)/\(name)"
            switch FileKind(inner) {
            case .directory:
                if isInMaildir, ["cur", "new", "tmp"].contains(name) { continue }
                // Quirk: Thunderbird keeps what is below "Name" in "Name.sbd".
                let title = name.hasSuffix(".sbd") ? String(name.dropLast(4)) : name
                let below = levels + [level(title, isCoded: isInMaildir)]
                let isMaildir = isMaildir(inner)
                if isMaildir { folders.append(ImportFolder(levels: below, content: .maildir(inner))) }
                try walk(inner, below, depth: depth + 1, isMaildir: isMaildir, &folders)
            case .file where !isInMaildir:
                if MboxSplitter.isMbox(try ImportReader.beginning(of: inner)) {
                    let title = name.hasSuffix(".mbox") ? String(name.dropLast(5)) : name
                    folders.append(ImportFolder(levels: levels + [level(title, isCoded: false)], content: .mbox(inner)))
                } else if name.lowercased().hasSuffix(".eml") {
                    messages.append(inner)
                }
            default: break
            }
        }
        if !messages.isEmpty { folders.append(ImportFolder(levels: levels, content: .messages(messages))) }
    }

    private static func isMaildir(_ path: String) -> Bool {
        FileKind("\(path)/cur") == .directory && FileKind("\(path)/new") == .directory
    }

    /// The names that a Maildir's owner has subscribed to, of the file that is kept beside it.
    package static func subscriptions(of path: String) -> [String] {
        String(utf8: ImportReader.small("\(path)/subscriptions")).split(whereSeparator: \.isNewline)
            .prefix(10_000).map(String.init).filter { !$0.hasPrefix("V\t") }
    }

    /// A level of a name as it may be here; those of Maildir++ are in modified UTF-7 (RFC 3501 §5.1.3), of Dovecot also in UTF-8.
    private static func level(_ name: String, isCoded: Bool) -> String {
        var text = name
        if isCoded, let decoded = ModifiedUTF7.decode([UInt8](name.utf8)) { text = String(utf8: decoded) }
        let kept = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F || $0 == "/" ? "_" : Character($0) }
        return kept.isEmpty ? "_" : String(kept.prefix(200))
    }
}

enum FileKind {
    case file, directory

    /// Nil for what is neither, or cannot be looked at. Links are followed: a mail store may lie behind one.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        default: return nil
        }
    }
}

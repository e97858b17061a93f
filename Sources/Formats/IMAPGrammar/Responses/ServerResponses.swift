internal import Bytes

/// CAPABILITY, ENABLED, ID, and the answers of ACL, QUOTA, METADATA and URLAUTH.
extension ResponseWriter {
    /// RFC 9051 §7.2.2.
    package mutating func capability(_ names: [String]) { words("* CAPABILITY", names) }
    /// RFC 9051 §7.2.1.
    package mutating func enabled(_ names: [String]) { words("* ENABLED", names) }

    private mutating func words(_ name: StaticString, _ words: [String]) {
        bytes.append(name)
        for word in words {
            bytes.append(0x20)
            bytes.append(word)
        }
        endLine()
    }

    /// RFC 2971 §3.2.
    package mutating func id(_ fields: [IDField]) {
        bytes.append("* ID ")
        if fields.isEmpty {
            bytes.append("NIL")
        } else {
            list(fields) { writer, field in
                writer.string(field.name)
                writer.bytes.append(0x20)
                writer.nstring(field.value)
            }
        }
        endLine()
    }

    // MARK: RFC 4314

    /// §3.6.
    package mutating func acl(_ name: MailboxName, _ entries: [(identifier: [UInt8], rights: [UInt8])]) {
        bytes.append("* ACL ")
        mailbox(name)
        for entry in entries {
            argument(entry.identifier)
            argument(entry.rights)
        }
        endLine()
    }

    /// §3.7. `optional`: each a set of rights that are granted together.
    package mutating func listRights(_ name: MailboxName, identifier: [UInt8], required: [UInt8], optional: [[UInt8]]) {
        bytes.append("* LISTRIGHTS ")
        mailbox(name)
        argument(identifier)
        argument(required)
        for rights in optional { argument(rights) }
        endLine()
    }

    /// §3.8.
    package mutating func myRights(_ name: MailboxName, _ rights: [UInt8]) {
        bytes.append("* MYRIGHTS ")
        mailbox(name)
        argument(rights)
        endLine()
    }

    // MARK: RFC 9208

    /// §4.2.1.
    package mutating func quota(root: [UInt8], _ resources: [(name: String, usage: UInt64, limit: UInt64)]) {
        bytes.append("* QUOTA ")
        astring(root)
        bytes.append(0x20)
        list(resources) { writer, resource in
            writer.bytes.append(resource.name)
            writer.bytes.append(0x20)
            writer.bytes.append(decimal: resource.usage)
            writer.bytes.append(0x20)
            writer.bytes.append(decimal: resource.limit)
        }
        endLine()
    }

    /// §4.2.2.
    package mutating func quotaRoot(_ name: MailboxName, roots: [[UInt8]]) {
        bytes.append("* QUOTAROOT ")
        mailbox(name)
        for root in roots { argument(root) }
        endLine()
    }

    // MARK: RFC 5464

    /// §4.4.1: entries with their values. Nil is the server's own.
    package mutating func metadata(_ name: MailboxName?, _ entries: [MetadataEntry]) {
        metadataHead(name)
        list(entries) { writer, entry in
            writer.astring(entry.name)
            writer.bytes.append(0x20)
            if let value = entry.value, value.contains(0) {
                // §5: value = nstring / literal8
                writer.bytes.append("~{")
                writer.bytes.append(decimal: value.count)
                writer.bytes.append("}\r\n")
                writer.bytes.append(contentsOf: value)
            } else {
                writer.nstring(entry.value)
            }
        }
        endLine()
    }

    /// §4.4.2: the names of entries that have changed.
    package mutating func metadataChanged(_ name: MailboxName?, _ entries: [[UInt8]]) {
        metadataHead(name)
        for (index, entry) in entries.enumerated() {
            if index > 0 { bytes.append(0x20) }
            astring(entry)
        }
        endLine()
    }

    private mutating func metadataHead(_ name: MailboxName?) {
        bytes.append("* METADATA ")
        if let name { mailbox(name) } else { bytes.append("\"\"") }
        bytes.append(0x20)
    }

    // MARK: RFC 4467

    /// §9: GENURLAUTH.
    package mutating func generatedURLs(_ urls: [[UInt8]]) {
        bytes.append("* GENURLAUTH")
        for url in urls {
            bytes.append(0x20)
            string(url)
        }
        endLine()
    }

    /// §9: the beginning of URLFETCH, behind which `urlFetched` and `endLine` of `endURLFetch` stand.
    package mutating func beginURLFetch() { bytes.append("* URLFETCH") }

    /// A URL, and the announcement of its bytes, which the caller sends next; nil is NIL.
    package mutating func urlFetched(_ url: [UInt8], size: UInt64?) {
        argument(url)
        guard let size else { return bytes.append(" NIL") }
        if size == 0 { return bytes.append(" \"\"") }
        bytes.append(" {")
        bytes.append(decimal: size)
        bytes.append("}\r\n")
    }

    /// RFC 5524 §3.2: a URL, behind which `urlStructure` and `urlContent` may stand.
    package mutating func urlFetched(_ url: [UInt8]) { argument(url) }

    package mutating func urlStructure(_ structure: BodyStructure) {
        bytes.append(" (BODYPARTSTRUCTURE ")
        structure.append(to: &bytes, extended: true, utf8: coding == .utf8)
        bytes.append(0x29)
    }

    /// The announcement of its bytes, which the caller sends next, and then `endURLContent`; nil is NIL.
    package mutating func urlContent(isBinary: Bool, size: UInt64?, hasNUL: Bool) {
        bytes.append(isBinary ? " (BINARY" : " (BODY")
        guard let size else { return bytes.append(" NIL") }
        if size == 0 { return bytes.append(" \"\"") }
        bytes.append(hasNUL ? " ~{" : " {")
        bytes.append(decimal: size)
        bytes.append("}\r\n")
    }

    package mutating func endURLContent() { bytes.append(0x29) }

    package mutating func endURLFetch() { endLine() }
}

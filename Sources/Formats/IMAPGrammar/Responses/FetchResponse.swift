internal import Bytes

/// FETCH responses (RFC 9051 §7.5.2): `beginFetch`, items, `endFetch`.
extension ResponseWriter {
    package mutating func beginFetch(_ number: UInt32) {
        bytes.append("* ")
        bytes.append(decimal: number)
        bytes.append(" FETCH (")
        needsSpace = false
    }

    /// RFC 9586 §3.3: the answer in a session with UIDONLY, whose number is a UID.
    package mutating func beginUIDFetch(_ uid: UInt32) {
        bytes.append("* ")
        bytes.append(decimal: uid)
        bytes.append(" UIDFETCH (")
        needsSpace = false
    }

    /// Whether none of its items is written yet.
    package var isFetchEmpty: Bool { !needsSpace }

    package mutating func endFetch() { bytes.append(")\r\n") }

    @inline(__always)
    private mutating func item(_ name: StaticString) {
        if needsSpace { bytes.append(0x20) }
        needsSpace = true
        bytes.append(name)
    }

    package mutating func fetchUID(_ uid: UInt32) {
        item("UID ")
        bytes.append(decimal: uid)
    }

    package mutating func fetchFlags(_ flags: [Flag]) {
        item("FLAGS ")
        flagList(flags)
    }

    /// Flags as they are written, with spaces between them: for rows whose flags were written before.
    package mutating func fetchFlags(written: some Collection<UInt8>) {
        item("FLAGS (")
        bytes.append(contentsOf: written)
        bytes.append(0x29)
    }

    package mutating func fetchModSeq(_ modSeq: UInt64) {
        item("MODSEQ (")
        bytes.append(decimal: modSeq)
        bytes.append(0x29)
    }

    package mutating func fetchSize(_ size: UInt64) {
        item("RFC822.SIZE ")
        bytes.append(decimal: size)
    }

    package mutating func fetchInternalDate(_ date: InternalDate) {
        item("INTERNALDATE ")
        date.append(to: &bytes)
    }

    package mutating func fetchSaveDate(_ date: InternalDate?) {
        item("SAVEDATE ")
        if let date { date.append(to: &bytes) } else { bytes.append("NIL") }
    }

    package mutating func fetchEnvelope(_ envelope: Envelope) {
        item("ENVELOPE ")
        envelope.append(to: &bytes, utf8: coding == .utf8)
    }

    /// As `Envelope.append` wrote it.
    package mutating func fetchEnvelope(written: some Collection<UInt8>) {
        item("ENVELOPE ")
        bytes.append(contentsOf: written)
    }

    package mutating func fetchBodyStructure(_ structure: BodyStructure, isExtended: Bool) {
        item(isExtended ? "BODYSTRUCTURE " : "BODY ")
        structure.append(to: &bytes, extended: isExtended, utf8: coding == .utf8)
    }

    /// As `BodyStructure.append` wrote it.
    package mutating func fetchBodyStructure(written: some Collection<UInt8>, isExtended: Bool) {
        item(isExtended ? "BODYSTRUCTURE " : "BODY ")
        bytes.append(contentsOf: written)
    }

    /// RFC 8474 §5.
    package mutating func fetchEmailID(_ id: [UInt8]) {
        item("EMAILID (")
        bytes.append(contentsOf: id)
        bytes.append(0x29)
    }

    package mutating func fetchThreadID(_ id: [UInt8]?) {
        item("THREADID ")
        guard let id else { return bytes.append("NIL") }
        bytes.append(0x28)
        bytes.append(contentsOf: id)
        bytes.append(0x29)
    }

    /// RFC 8970 §3.2: at most 256 characters, which the caller sees to; nil where there is none yet.
    package mutating func fetchPreview(_ text: [UInt8]?) {
        item("PREVIEW ")
        nstring(text)
    }

    // MARK: Contents

    /// The name of a section as it was asked for, and the announcement of `size` bytes, which the caller sends next. Where they
    /// are none, all is written: iOS waits for what would stand in `{0}`.
    package mutating func fetchSection(_ section: BodySection, size: UInt64) {
        item("BODY[")
        section.appendName(to: &self)
        bytes.append(0x5D)
        origin(section.partial)
        announce(size, isBinary: false)
    }

    /// The section with its content in the answer's own bytes: what is short.
    package mutating func fetchSection(_ section: BodySection, _ content: [UInt8]) {
        fetchSection(section, size: UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// A part that the message does not have.
    package mutating func fetchMissingSection(_ section: BodySection) {
        item("BODY[")
        section.appendName(to: &self)
        bytes.append(0x5D)
        origin(section.partial)
        bytes.append(" NIL")
    }

    /// RFC822, RFC822.HEADER and RFC822.TEXT (RFC 3501 §7.4.2).
    package mutating func fetchOldSection(_ fetchItem: FetchItem, size: UInt64) {
        switch fetchItem {
        case .rfc822Header: item("RFC822.HEADER")
        case .rfc822Text: item("RFC822.TEXT")
        default: item("RFC822")
        }
        announce(size, isBinary: false)
    }

    /// RFC 3516 §4.3. `hasNUL`: then it is a literal8.
    package mutating func fetchBinary(_ section: BinarySection, size: UInt64, hasNUL: Bool) {
        item("BINARY[")
        BodySection(part: section.part, text: section.text).appendName(to: &self)
        bytes.append(0x5D)
        origin(section.partial)
        announce(size, isBinary: hasNUL)
    }

    package mutating func fetchMissingBinary(_ section: BinarySection) {
        item("BINARY[")
        BodySection(part: section.part, text: section.text).appendName(to: &self)
        bytes.append(0x5D)
        origin(section.partial)
        bytes.append(" NIL")
    }

    package mutating func fetchBinarySize(_ section: BinarySection, _ size: UInt64) {
        item("BINARY.SIZE[")
        BodySection(part: section.part, text: section.text).appendName(to: &self)
        bytes.append("] ")
        bytes.append(decimal: size)
    }

    /// RFC 9051 §7.5.2: the origin alone stands in the answer.
    private mutating func origin(_ partial: Partial?) {
        guard let partial else { return }
        bytes.append(0x3C)
        bytes.append(decimal: partial.origin)
        bytes.append(0x3E)
    }

    private mutating func announce(_ size: UInt64, isBinary: Bool) {
        // iOS Mail from 18.2 on hangs on {0}, which it gets where it asks past a part's end.
        if size == 0 { return bytes.append(" \"\"") }
        bytes.append(isBinary ? " ~{" : " {")
        bytes.append(decimal: size)
        bytes.append("}\r\n")
    }

    fileprivate mutating func appendPart(_ part: [UInt32]) {
        for (index, number) in part.enumerated() {
            if index > 0 { bytes.append(0x2E) }
            bytes.append(decimal: number)
        }
    }
}

extension BodySection {
    fileprivate func appendName(to writer: inout ResponseWriter) {
        writer.appendPart(part)
        if text == .all { return }
        if !part.isEmpty { writer.bytes.append(0x2E) }
        switch text {
        case .all: break
        case .header: writer.bytes.append("HEADER")
        case .text: writer.bytes.append("TEXT")
        case .mime: writer.bytes.append("MIME")
        case .headerFields(let names):
            writer.bytes.append("HEADER.FIELDS ")
            writer.list(names) { $0.astring($1) }
        case .headerFieldsNot(let names):
            writer.bytes.append("HEADER.FIELDS.NOT ")
            writer.list(names) { $0.astring($1) }
        }
    }
}

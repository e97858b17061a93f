import Bytes

/// The fields of one header, in their order.
package struct Header: Sendable {
    let source: [UInt8]
    let extents: ArraySlice<HeaderFieldExtent>

    package var fields: some RandomAccessCollection<HeaderField> {
        let source = source
        return extents.lazy.map { HeaderField(source: source, extent: $0) }
    }

    package var isEmpty: Bool { extents.isEmpty }

    /// The first field of that name, which is given in lower case. RFC 5322 §3.6 wants one of most; where there are more, the first
    /// counts everywhere, so that no two readers see two messages.
    package func first(_ name: StaticString) -> HeaderField? {
        source.withUnsafeBufferPointer { bytes in extents.first { $0.isNamed(name, bytes) } }
            .map { HeaderField(source: source, extent: $0) }
    }

    /// All fields of that name.
    package func all(_ name: StaticString) -> [HeaderField] {
        source.withUnsafeBufferPointer { bytes in extents.filter { $0.isNamed(name, bytes) } }
            .map { HeaderField(source: source, extent: $0) }
    }

    /// The fields of that name as a client gave it.
    package func all(named name: some Collection<UInt8>) -> [HeaderField] {
        fields.filter { $0.name.equalsIgnoringASCIICase(name) }
    }

    /// The value of the first field of that name.
    package func value(_ name: StaticString) -> ArraySlice<UInt8>? { first(name)?.value }
}

/// A view of one field.
package struct HeaderField: Sendable {
    let source: [UInt8]
    let extent: HeaderFieldExtent

    package var name: ArraySlice<UInt8> { source[extent.start..<extent.nameEnd] }
    /// What stands behind the colon, with its folds and white space.
    package var value: ArraySlice<UInt8> { source[extent.valueStart..<extent.valueEnd] }
    /// The whole field with its line end.
    package var bytes: ArraySlice<UInt8> { source[extent.start..<extent.end] }

    /// RFC 5322 §2.2.3: without line ends, and without white space at its ends. NUL is left out: no text of IMAP can hold it.
    package var unfolded: [UInt8] { HeaderText.unfold(value) }

    /// RFC 2047: the text in UTF-8, encoded words decoded; what is no ASCII is guessed.
    package var text: [UInt8] { EncodedWords.decode(unfolded[...]) }

    /// The addresses of an address field as the envelope has them (RFC 9051 §6.4.4 looks there), where comments, quotes or blanks within
    /// them hide that from who looks at `text`; else nil.
    package var plainAddresses: [UInt8]? {
        guard isOfAddresses, hidesAddresses else { return nil }
        var out: [UInt8] = []
        for address in AddressParser.mailboxes(value.prefix(8192)) where !address.domain.isEmpty {
            if !out.isEmpty { out.append(0x20) }
            out += address.localPart
            out.append(0x40)
            out += address.domain
        }
        return out.isEmpty ? nil : out
    }

    private var isOfAddresses: Bool {
        switch name.count {
        case 2: name.equalsIgnoringASCIICase("to") || name.equalsIgnoringASCIICase("cc")
        case 3: name.equalsIgnoringASCIICase("bcc")
        case 4: name.equalsIgnoringASCIICase("from")
        case 6: name.equalsIgnoringASCIICase("sender")
        case 8: name.equalsIgnoringASCIICase("reply-to")
        default: false
        }
    }

    /// Something beside letters and dots touches an @.
    private var hidesAddresses: Bool {
        var before: UInt8 = 0
        for byte in value {
            if byte == 0x40, before <= 0x20 || before == 0x22 || before == 0x29 { return true }
            if before == 0x40, byte <= 0x20 || byte == 0x28 { return true }
            before = byte
        }
        return false
    }
}

package enum HeaderText {
    package static func unfold(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        let trimmed = value.trimmingASCIIWhitespace
        out.reserveCapacity(trimmed.count)
        for byte in trimmed where byte != 0x0D && byte != 0x0A && byte != 0 { out.append(byte) }
        return out
    }
}

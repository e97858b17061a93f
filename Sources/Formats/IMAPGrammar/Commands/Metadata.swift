internal import Bytes

/// RFC 5464 §4.2.
package struct GetMetadata: Hashable, Sendable {
    package enum Depth: Sendable { case zero, one, infinity }

    /// Nil for the server's own, which is written `""`.
    package var mailbox: MailboxName?
    package var entries: [[UInt8]]
    package var maximumSize: UInt32?
    package var depth = Depth.zero
}

/// An entry and its value, nil where there is none or it is to be removed.
package struct MetadataEntry: Hashable, Sendable {
    package var name: [UInt8]
    package var value: [UInt8]?

    package init(name: [UInt8], value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

extension CommandCursor {
    mutating func getMetadata() throws(ParseError) -> GetMetadata {
        try space()
        var command = GetMetadata(mailbox: nil, entries: [])
        var hasOptions = false
        if byte == 0x28 {
            try metadataOptions(&command)
            hasOptions = true
            try space()
        }
        command.mailbox = try metadataMailbox()
        try space()
        if !hasOptions, Quirks.takesMetadataOptionsBehindMailbox, byte == 0x28, hasOptionNext {
            try metadataOptions(&command)
            try space()
        }
        command.entries = try metadataNames()
        return command
    }

    /// Entries begin with a slash or a quote; options with a letter.
    private var hasOptionNext: Bool { position + 1 < bytes.count && bytes[position + 1].isASCIILetter }

    /// Names of entries: one, or several in parentheses.
    mutating func metadataNames() throws(ParseError) -> [[UInt8]] {
        if byte != 0x28 { return [try metadataName()] }
        var names: [[UInt8]] = []
        try list { (cursor) throws(ParseError) in
            names.append(try cursor.metadataName())
            guard names.count <= 100 else { throw cursor.failure("at most 100 entries") }
        }
        return names
    }

    mutating func setMetadata() throws(ParseError) -> Command {
        try space()
        let mailbox = try metadataMailbox()
        try space()
        var entries: [MetadataEntry] = []
        try list { (cursor) throws(ParseError) in
            let name = try cursor.metadataName()
            try cursor.space()
            entries.append(MetadataEntry(name: name, value: try cursor.nstring8()))
            guard entries.count <= 100 else { throw cursor.failure("at most 100 entries") }
        }
        return .setMetadata(mailbox, entries)
    }

    private mutating func metadataMailbox() throws(ParseError) -> MailboxName? {
        let name = try mailbox()
        return name.utf8.isEmpty ? nil : name
    }

    /// RFC 5464 §5: an entry's name begins with a slash, has no `*`, `%`, NUL, controls or 8-bit, no `//` and no slash at its end.
    private mutating func metadataName() throws(ParseError) -> [UInt8] {
        let start = position
        let name = try astring("the name of an entry")
        var previous: UInt8 = 0
        for byte in name {
            if byte <= 0x19 || byte >= 0x7F || byte == 0x2A || byte == 0x25 || (byte == 0x2F && previous == 0x2F) { previous = 0x2F; break }
            previous = byte
        }
        guard name.first == 0x2F, previous != 0x2F, name.count <= 1024 else {
            throw ParseError(at: start, expected: "the name of an entry, such as /private/comment")
        }
        return name
    }

    private mutating func metadataOptions(_ command: inout GetMetadata) throws(ParseError) {
        try list { (cursor) throws(ParseError) in
            let start = cursor.position
            switch cursor.word() {
            case Word("MAXSIZE"):
                try cursor.space()
                command.maximumSize = try cursor.number()
            case Word("DEPTH"):
                try cursor.space()
                let start = cursor.position
                switch cursor.word() {
                case Word("0"): command.depth = .zero
                case Word("1"): command.depth = .one
                case Word("INFINITY"): command.depth = .infinity
                default: throw ParseError(at: start, expected: "0, 1 or infinity")
                }
            default: throw ParseError(at: start, expected: "MAXSIZE or DEPTH")
            }
        }
    }
}

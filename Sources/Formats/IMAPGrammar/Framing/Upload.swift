internal import Bytes

/// What comes of an APPEND (RFC 9051 §6.3.12; MULTIAPPEND RFC 3502, CATENATE RFC 4469, UTF8 RFC 6855 §4) or a REPLACE (RFC 8508), in
/// this order:
///
///     begin (message (literal data* | url)* messageEnd)* end
///
/// A `refused` of the reader ends it at any place: then nothing of it may stay.
package enum Upload: Sendable, Equatable {
    case begin(UploadTarget)
    case message(flags: [Flag], date: InternalDate?, isUTF8: Bool)
    /// The reader waits for `accept` or `refuse`.
    case literal(size: UInt64, isBinary: Bool)
    /// Bytes of the literal that was accepted, not empty.
    case data([UInt8])
    /// CATENATE: the bytes are those of an IMAP URL.
    case url([UInt8])
    case messageEnd
    case end
}

/// Where the messages go.
package struct UploadTarget: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case append
        /// The message that is replaced, by its number or its UID; `*` is `UInt32.max` and `isLast`.
        case replace(UInt32, isUID: Bool, isLast: Bool)
    }

    package var tag: [UInt8]
    package var kind: Kind
    package var mailbox: MailboxName
}

/// Reads the text of an APPEND or a REPLACE piece by piece: what stands between its literals.
struct UploadParser {
    enum Outcome: Equatable {
        /// The literal that was announced is part of the text: a mailbox name, a URL.
        case wantsText
        case literal(isBinary: Bool)
        case end
    }

    private enum Stage { case head, message, catenate(isFirst: Bool), closingUTF8 }

    private var stage = Stage.head
    private var isReplace = false
    private var count = 0
    private var isMessageOpen = false
    /// Up to where the text was read for good.
    private(set) var position = 0
    private(set) var name: CommandName?
    let coding: MailboxCoding

    init(coding: MailboxCoding) { self.coding = coding }

    /// Whether this text begins a command that is one.
    static func isUpload(_ text: ArraySlice<UInt8>) -> Bool {
        // Most commands are told apart by one byte.
        guard let space = text.index(of: 0x20, from: text.startIndex), space + 6 < text.endIndex else { return false }
        switch text[space + 1].asciiLowercased {
        case 0x61, 0x72, 0x75: break
        default: return false
        }
        var cursor = CommandCursor(Array(text.dropFirst(space + 1 - text.startIndex).prefix(16)))
        switch cursor.commandName() {
        case .append, .replace, .uidReplace: return true
        default: return false
        }
    }

    /// Reads on. `text` is all since the last literal that was a message's, with the announcement at its end and its CRLF.
    mutating func read(
        _ text: [UInt8], isAnnounced: Bool, _ emit: (Upload) -> Void
    ) throws(ParseError) -> Outcome {
        var cursor = CommandCursor(text, at: position, coding: coding)
        do throws(ParseError) {
            while true {
                if let outcome = try step(&cursor, isAnnounced: isAnnounced, emit) {
                    position = 0
                    return outcome
                }
                position = cursor.position
            }
        } catch {
            if isAnnounced, cursor.metOpenLiteral { return .wantsText }
            throw error
        }
    }

    private mutating func step(
        _ cursor: inout CommandCursor, isAnnounced: Bool, _ emit: (Upload) -> Void
    ) throws(ParseError) -> Outcome? {
        switch stage {
        case .head:
            emit(.begin(try head(&cursor)))
            stage = .message
        case .message: return try message(&cursor, isAnnounced: isAnnounced, emit)
        case .catenate(let isFirst): return try part(&cursor, isFirst: isFirst, emit)
        case .closingUTF8:
            try cursor.close()
            finishMessage(emit)
        }
        return nil
    }

    private mutating func finishMessage(_ emit: (Upload) -> Void) {
        emit(.messageEnd)
        isMessageOpen = false
        count += 1
        stage = .message
    }

    private mutating func head(_ cursor: inout CommandCursor) throws(ParseError) -> UploadTarget {
        let tag = try cursor.tag()
        try cursor.space()
        name = cursor.commandName()
        isReplace = name != .append
        var kind = UploadTarget.Kind.append
        if isReplace {
            try cursor.space()
            // RFC 8508 §5: seq-number, which may be *.
            let isLast = cursor.take(0x2A)
            kind = .replace(isLast ? .max : try cursor.positive(), isUID: name == .uidReplace, isLast: isLast)
        }
        return UploadTarget(tag: tag, kind: kind, mailbox: try cursor.mailboxArgument())
    }

    private mutating func message(
        _ cursor: inout CommandCursor, isAnnounced: Bool, _ emit: (Upload) -> Void
    ) throws(ParseError) -> Outcome? {
        if isMessageOpen { finishMessage(emit) }
        if !isAnnounced, count > 0, !cursor.hasArgument {
            try cursor.end()
            emit(.end)
            return .end
        }
        // RFC 8508 §3.2: REPLACE has one message.
        if isReplace, count > 0 { throw cursor.failure("the end of the command") }
        try cursor.space()
        var flags: [Flag] = []
        var date: InternalDate?
        if cursor.byte == 0x28 {
            flags = try cursor.flagList()
            try cursor.space()
        }
        if cursor.byte == 0x22 {
            date = try cursor.dateTime()
            try cursor.space()
        }
        if cursor.byte == 0x7B || cursor.byte == 0x7E {
            let outcome = try literal(&cursor)
            emit(.message(flags: flags, date: date, isUTF8: false))
            isMessageOpen = true
            return outcome
        }
        let start = cursor.position
        switch cursor.word() {
        case Word("CATENATE"):
            try cursor.space()
            try cursor.open()
            emit(.message(flags: flags, date: date, isUTF8: false))
            stage = .catenate(isFirst: true)
            return nil
        case Word("UTF8"):
            // RFC 6855 §4
            try cursor.space()
            try cursor.open()
            guard cursor.byte == 0x7E else { throw cursor.failure("a literal8") }
            let outcome = try literal(&cursor)
            emit(.message(flags: flags, date: date, isUTF8: true))
            stage = .closingUTF8
            return outcome
        default: throw ParseError(at: start, expected: "flags, a date or a message")
        }
    }

    /// RFC 4469 §5: cat-part
    private mutating func part(
        _ cursor: inout CommandCursor, isFirst: Bool, _ emit: (Upload) -> Void
    ) throws(ParseError) -> Outcome? {
        if !isFirst, cursor.take(0x29) {
            finishMessage(emit)
            return nil
        }
        if !isFirst { try cursor.space() }
        let start = cursor.position
        switch cursor.word() {
        case Word("URL"):
            emit(.url(try cursor.stringArgument("a URL")))
            stage = .catenate(isFirst: false)
            return nil
        case Word("TEXT"):
            try cursor.space()
            let outcome = try literal(&cursor)
            stage = .catenate(isFirst: false)
            return outcome
        default: throw ParseError(at: start, expected: "URL or TEXT")
        }
    }

    /// The announcement that ends the text.
    private func literal(_ cursor: inout CommandCursor) throws(ParseError) -> Outcome {
        let isBinary = cursor.take(0x7E)
        _ = try cursor.literalSize()
        if !cursor.isAtEnd { throw cursor.failure("a literal") }
        return .literal(isBinary: isBinary)
    }
}

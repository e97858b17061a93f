internal import Bytes

/// Takes the bytes of a connection and gives commands, one by one as they are asked for: what a client sends ahead stays
/// bytes until its turn comes, so that what follows IDLE, AUTHENTICATE, STARTTLS or COMPRESS is read as what it is then.
///
/// A command is given whole, its literals in it, within limits. An APPEND or a REPLACE is given in pieces as it comes, and no
/// message of it is held (see `Upload`).
///
/// A literal that is refused and for which the client waits ends its command (RFC 9051 §4.3). One that it does not wait for is on
/// its way already: it and the rest of the command are skipped, and the refusal is given when the command has ended (RFC 7888 §4).
///
/// Invariants: what comes out depends on the bytes alone, not on how they were cut; pieces of data may be cut otherwise. No
/// more than the limits is held beside what was appended and not asked for. An idle reader holds no buffer.
package struct CommandReader: Sendable {
    package struct Limits: Sendable {
        /// RFC 7162 §4 wants 8192 at least; sets of UIDs are longer.
        package var line = 64 << 10
        package var literal = 64 << 10
        /// Of all of a command that is held.
        package var command = 256 << 10
        /// RFC 7888 §5: 4096 where LITERAL- is what is announced; nil for LITERAL+.
        package var nonSynchronisingLiteral: UInt64?
        /// How much of a refused command is skipped before the connection is given up.
        package var skipped: UInt64 = 64 << 20
        /// Whether APPEND and REPLACE are streamed. Where they are not allowed, before somebody has signed in, they are commands as others.
        package var takesUploads = false

        package init() {}
    }

    package enum Event: Sendable, Equatable {
        /// A whole command without its last CRLF, for `TaggedCommand.parse`.
        case command([UInt8])
        /// The line that `expectLine` asked for, without CRLF.
        case line([UInt8])
        /// A command continuation request is to be written now: the client waits with its literal.
        case continueLiteral
        case upload(Upload)
        /// The command has ended and is to be answered; the next one can be read.
        case refused(Refusal)
        /// Nothing can be read any more: to be answered with BYE.
        case broken(Refusal)
    }

    private enum State {
        case command
        case literal(remaining: Int)
        case decision(LiteralAnnouncement)
        case data(remaining: UInt64)
        case line
        case skippingText
        case skippingLiteral(remaining: UInt64)
        case broken
    }

    package var limits: Limits
    /// Of the mailbox names in APPEND and REPLACE.
    package var coding = MailboxCoding.modifiedUTF7

    private var state = State.command
    private var input = InputBuffer()
    /// The command so far, or what of an upload stands behind its last literal.
    private var text: [UInt8] = []
    private var upload: UploadParser?
    private var uploadTag: [UInt8]?
    /// Why the command is skipped.
    private var refusal: Refusal?
    private var skipped: UInt64 = 0
    private var events: [Event] = []
    private var given = 0

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Bytes that were appended and not asked for yet.
    package var pendingBytes: Int { input.count }

    /// Whether nothing of a command has come yet.
    package var isBetweenCommands: Bool {
        if case .command = state { return input.count == 0 && text.isEmpty && upload == nil && given == events.count }
        return false
    }

    package mutating func append(_ bytes: some Collection<UInt8>) { input.append(bytes) }

    /// The next line is no command but the client's answer to a continuation request: of AUTHENTICATE or IDLE. To be called before
    /// anything else is asked for.
    package mutating func expectLine() {
        if case .command = state, text.isEmpty { state = .line }
    }

    /// RFC 9051 §6.2.1: what came before TLS is not to be believed. Gives how much that was.
    package mutating func discardPending() -> Int {
        defer { input = InputBuffer() }
        return input.count
    }

    /// RFC 4978 §3: what came behind COMPRESS is compressed.
    package mutating func takePending() -> [UInt8] { input.take(input.count) }

    /// Whether the client waits to be told if the literal of `Upload.literal` is wanted.
    package var isAwaited: Bool {
        if case .decision(let literal) = state { literal.isSynchronising } else { false }
    }

    /// The literal that `Upload.literal` told of is wanted.
    package mutating func accept() {
        guard case .decision(let literal) = state else { return }
        if literal.isSynchronising { events.append(.continueLiteral) }
        state = .data(remaining: literal.size)
    }

    /// The literal that `Upload.literal` told of is not wanted; the command comes back as `refused`.
    package mutating func refuse() {
        guard case .decision(let literal) = state else { return }
        refuse(.byServer, announced: literal)
    }

    /// The next event; nil where more bytes are needed, or a decision is.
    package mutating func next() -> Event? {
        while given == events.count {
            if given > 0 {
                events.removeAll(keepingCapacity: given < 16)
                given = 0
            }
            guard step() else { return nil }
        }
        given += 1
        return events[given - 1]
    }

    /// One step; false where it cannot be made.
    private mutating func step() -> Bool {
        switch state {
        case .command: return readText()
        case .literal(let remaining): return readLiteral(remaining)
        case .decision, .broken: return false
        case .data(let remaining): return readData(remaining)
        case .line: return readLine()
        case .skippingText: return skipText()
        case .skippingLiteral(let remaining): return skipLiteral(remaining)
        }
    }

    // MARK: Commands

    private mutating func readText() -> Bool {
        guard let line = takeLine() else { return false }
        guard let line else { return true }
        let announced = LiteralAnnouncement(endOf: line)
        if upload == nil, text.isEmpty {
            if limits.takesUploads, UploadParser.isUpload(line) {
                upload = UploadParser(coding: coding)
            } else if announced == nil {
                events.append(.command(Array(line)))
                return true
            }
        }
        text.append(contentsOf: line)
        guard text.count <= limits.command else {
            refuse(.commandTooBig, announced: announced)
            return true
        }
        if announced != nil { text.append(contentsOf: [0x0D, 0x0A]) }
        if upload != nil {
            readUpload(announced)
        } else if let announced {
            takeIntoText(announced)
        } else {
            events.append(.command(text))
            endCommand()
        }
        return true
    }

    /// Reads a literal as part of the command.
    private mutating func takeIntoText(_ literal: LiteralAnnouncement) {
        if let limit = limits.nonSynchronisingLiteral, !literal.isSynchronising, literal.size > limit {
            return refuse(.nonSynchronisingLiteralTooBig, announced: literal)
        }
        guard literal.size <= UInt64(limits.literal) else { return refuse(.literalTooBig, announced: literal) }
        guard text.count + Int(literal.size) <= limits.command else { return refuse(.commandTooBig, announced: literal) }
        if literal.isSynchronising {
            guard upload != nil || hasKnownName else { return refuse(.unknownCommand, announced: literal) }
            events.append(.continueLiteral)
        }
        state = .literal(remaining: Int(literal.size))
    }

    /// Nobody is asked to send a literal for what is refused in any case.
    private var hasKnownName: Bool {
        var cursor = CommandCursor(Array(text.prefix(1100)))
        guard (try? cursor.tag()) != nil, cursor.take(0x20) else { return false }
        return cursor.commandName() != nil
    }

    private mutating func readLiteral(_ remaining: Int) -> Bool {
        if remaining == 0 {
            state = .command
            return true
        }
        let part = input.take(min(remaining, input.count))
        if part.isEmpty { return false }
        text.append(contentsOf: part)
        state = .literal(remaining: remaining - part.count)
        return true
    }

    private mutating func endCommand() {
        text = []
        upload = nil
        uploadTag = nil
        refusal = nil
        skipped = 0
        state = .command
    }

    // MARK: Uploads

    private mutating func readUpload(_ announced: LiteralAnnouncement?) {
        guard var parser = upload else { return }
        var found: [Upload] = []
        defer { upload = upload == nil ? nil : parser }
        do throws(ParseError) {
            let outcome = try parser.read(text, isAnnounced: announced != nil) { found.append($0) }
            emit(found)
            switch (outcome, announced) {
            case (.end, _), (_, nil): endCommand()
            case (.wantsText, let literal?): takeIntoText(literal)
            case (.literal, let literal?):
                text = []
                if let limit = limits.nonSynchronisingLiteral, !literal.isSynchronising, literal.size > limit {
                    return refuse(.nonSynchronisingLiteralTooBig, announced: literal)
                }
                state = .decision(literal)
                events.append(.upload(.literal(size: literal.size, isBinary: literal.isBinary)))
            }
        } catch {
            emit(found)
            refuse(.badSyntax(error), announced: announced)
        }
    }

    private mutating func emit(_ found: [Upload]) {
        for event in found {
            if case .begin(let target) = event { uploadTag = target.tag }
            events.append(.upload(event))
        }
    }

    private mutating func readData(_ remaining: UInt64) -> Bool {
        if remaining == 0 {
            state = .command
            return true
        }
        let part = input.take(Int(min(remaining, UInt64(input.count))))
        if part.isEmpty { return false }
        state = .data(remaining: remaining - UInt64(part.count))
        events.append(.upload(.data(part)))
        return true
    }

    // MARK: Lines

    private mutating func readLine() -> Bool {
        guard let line = takeLine() else { return false }
        guard let line else { return true }
        events.append(.line(Array(line)))
        state = .command
        return true
    }

    /// The next line without its end. Nil where it has not come; nil within where it is too long, which then is dealt with.
    private mutating func takeLine() -> ArraySlice<UInt8>?? {
        switch input.line(limit: limits.line) {
        case .incomplete: return nil
        case .line(let line): return .some(line)
        case .tooLong(let start):
            if case .line = state {
                refusal = Refusal(tag: nil, reason: .lineTooLong)
            } else {
                refusal = Refusal(tag: tag(of: text.isEmpty ? start : text[...]), reason: .lineTooLong)
            }
            text = []
            state = .skippingText
            return .some(nil)
        }
    }

    private func tag(of text: ArraySlice<UInt8>) -> [UInt8]? {
        if let uploadTag { return uploadTag }
        var cursor = CommandCursor(Array(text.prefix(1024)))
        guard let tag = try? cursor.tag(), cursor.byte == 0x20 else { return nil }
        return tag
    }

    // MARK: Refusing

    private mutating func refuse(_ reason: Refusal.Reason, announced: LiteralAnnouncement?) {
        let refusal = self.refusal ?? Refusal(tag: tag(of: text[...]), reason: reason)
        guard let announced, !announced.isSynchronising else {
            endCommand()
            events.append(.refused(refusal))
            return
        }
        self.refusal = refusal
        text = []
        uploadTag = refusal.tag
        upload = nil
        state = .skippingLiteral(remaining: announced.size)
        countSkipped(announced.size)
    }

    /// What is announced counts at once: who would have to be listened to for too long is told so at the beginning.
    private mutating func countSkipped(_ count: UInt64) {
        skipped = skipped > .max - count ? .max : skipped + count
        if skipped > limits.skipped {
            events.append(.broken(refusal ?? Refusal(tag: nil, reason: .commandTooBig)))
            state = .broken
            input = InputBuffer()
            text = []
        }
    }

    private mutating func skipLiteral(_ remaining: UInt64) -> Bool {
        if remaining == 0 {
            state = .skippingText
            return true
        }
        let count = min(remaining, UInt64(input.count))
        if count == 0 { return false }
        input.drop(Int(count))
        state = .skippingLiteral(remaining: remaining - count)
        return true
    }

    private mutating func skipText() -> Bool {
        let (dropped, line) = input.skipLine(keeping: LiteralAnnouncement.longest)
        countSkipped(UInt64(dropped))
        if case .broken = state { return true }
        guard let line else { return false }
        if let announced = LiteralAnnouncement(endOf: line), !announced.isSynchronising {
            state = .skippingLiteral(remaining: announced.size)
            countSkipped(announced.size)
            return true
        }
        let refusal = self.refusal
        endCommand()
        if let refusal { events.append(.refused(refusal)) }
        return true
    }
}

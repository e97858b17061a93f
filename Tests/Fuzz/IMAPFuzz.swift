import Bytes
import IMAPGrammar

/// Reads the input as a connection, whole and in pieces, whose events must be the same; as a command, a mailbox name, a pattern, a
/// search and a URL, which must be read again as they were when they are written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let whole = events(of: bytes, piece: .max)
    for piece in [1, 7] { precondition(events(of: bytes, piece: piece) == whole) }
    for case .command(let line) in whole { check(line) }
    check(bytes)
    if let decoded = ModifiedUTF7.decode(bytes) {
        precondition(!bytes.contains { $0 < 0x20 || $0 >= 0x7F } ? ModifiedUTF7.encode(decoded) == bytes : true)
    }
    if let pattern = ListPattern(Array(bytes.prefix(count / 2))) {
        let matcher = ListMatcher(pattern, separator: 0x2F)
        let name = MailboxName(utf8: Array(bytes.suffix(count / 2)))
        _ = (matcher.matches(name), matcher.canMatchBelow(name))
    }
    if let url = try? IMAPURL.parse(bytes) {
        var out: [UInt8] = []
        url.append(to: &out)
        precondition((try? IMAPURL.parse(out)) == url)
        _ = IMAPURL.rump(of: bytes)
    }
    return 0
}

private func check(_ line: [UInt8]) {
    guard let command = try? TaggedCommand.parse(line).command else { return }
    var key: SearchKey?
    switch command {
    case .search(let search): key = search.key
    case .sort(let sort): key = sort.key
    case .fetch(let fetch):
        var out: [UInt8] = [UInt8]("a FETCH ".utf8)
        fetch.set.append(to: &out)
        out.append(contentsOf: [UInt8](" UID".utf8))
        guard case .fetch(let again)? = try? TaggedCommand.parse(out).command else { preconditionFailure("a set is refused") }
        precondition(again.set == fetch.set)
        _ = fetch.set.resolved(last: 100)
    default: break
    }
    guard let key else { return }
    var out: [UInt8] = [UInt8]("a SEARCH ".utf8)
    key.append(to: &out)
    guard case .search(let again)? = try? TaggedCommand.parse(out).command else { preconditionFailure("a key is refused") }
    precondition(again.key == key)
}

/// What comes of the bytes in pieces of that length; pieces of data are joined.
private func events(of bytes: [UInt8], piece: Int) -> [CommandReader.Event] {
    var limits = CommandReader.Limits()
    limits.takesUploads = true
    (limits.line, limits.literal, limits.command, limits.skipped) = (200, 50, 400, 1000)
    limits.nonSynchronisingLiteral = 40
    var reader = CommandReader(limits: limits)
    var events: [CommandReader.Event] = []
    var rest = bytes[...]
    repeat {
        let count = min(piece, rest.count)
        reader.append(rest.prefix(count))
        rest = rest.dropFirst(count)
        while let event = reader.next() {
            switch event {
            case .upload(.literal(let size, _)):
                events.append(event)
                if size % 5 == 4 { reader.refuse() } else { reader.accept() }
            case .upload(.data(let more)):
                if case .upload(.data(let before))? = events.last {
                    events[events.count - 1] = .upload(.data(before + more))
                } else {
                    events.append(event)
                }
            case .command(let line):
                events.append(event)
                if line.suffix(4).equalsIgnoringASCIICase("IDLE") { reader.expectLine() }
            default: events.append(event)
            }
        }
    } while !rest.isEmpty
    return events
}

import SMTPGrammar

/// Reads the input as a connection, whole and in pieces, whose events must be the same; as a command, whose paths must be read again
/// as they were when they are written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let whole = events(of: bytes, piece: .max)
    for piece in [1, 7] { precondition(events(of: bytes, piece: piece) == whole) }
    for case .line(let line) in whole { check(line) }
    check(bytes)
    return 0
}

private func check(_ line: [UInt8]) {
    guard let command = try? Command.parse(line) else { return }
    switch command {
    case .mail(let mail): check("MAIL FROM:<\(mail.sender.text)>", .mail(MailCommand(sender: mail.sender)))
    case .rcpt(let path): check("RCPT TO:<\(path.text)>", .rcpt(path))
    case .lhlo(let name):
        check("LHLO \(name.text)", command)
        let ascii = name.ascii
        precondition(ascii.ascii == ascii)
    default: break
    }
}

private func check(_ text: String, _ command: Command) {
    // No line of a reply or of a header can be broken by it.
    precondition(!text.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
    // What is written may be longer than what was read, by backslashes.
    guard text.utf8.count < 900 else { return }
    precondition((try? Command.parse(Array(text.utf8))) == command, "what was read is not read again")
}

/// What comes of the bytes in pieces of that length; pieces of a message are joined.
private func events(of bytes: [UInt8], piece: Int) -> [SMTPReader.Event] {
    var reader = SMTPReader(lineLimit: 100)
    var events: [SMTPReader.Event] = []
    var rest = bytes[...]
    repeat {
        let count = min(piece, rest.count)
        reader.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
        while let event = reader.next() {
            if case .data(let more) = event, case .data(let before)? = events.last {
                events[events.count - 1] = .data(before + more)
                continue
            }
            events.append(event)
            guard case .line(let line) = event, let command = try? Command.parse(line) else { continue }
            switch command {
            case .data: reader.beginData()
            case .bdat(let size, _): reader.beginChunk(size)
            default: break
            }
        }
    } while !rest.isEmpty
    return events
}

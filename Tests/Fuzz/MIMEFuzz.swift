import Bytes
import MIME

/// Reads the input as a message, whole and in pieces, which must have the same structure, with all that IMAP and a search ask of it; as
/// what is stored of a message; as an mbox, whole and in pieces; and as the values of the fields that have a grammar.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let message = Message(bytes)
    check(message, of: bytes)
    for length in [1, 7] {
        let pieces = inPieces(bytes, of: length)
        precondition(pieces.parts.map(\.inMessage) == message.parts.map(\.inMessage), "pieces have another structure")
        precondition(pieces.envelope() == message.envelope() && pieces.bodyStructure() == message.bodyStructure())
        precondition(mbox(bytes, pieces: length) == mbox(bytes, pieces: .max), "pieces are another mbox")
    }
    guard let stored = Message(summary: message.summary) else { preconditionFailure("a summary is none") }
    precondition(stored.envelope() == message.envelope() && stored.bodyStructure() == message.bodyStructure())
    // What was stored may have been damaged.
    if let damaged = Message(summary: bytes) { check(damaged, of: bytes) }
    checkValues(bytes[...])
    return 0
}

private func inPieces(_ bytes: [UInt8], of length: Int) -> Message {
    var scanner = MessageScanner()
    for start in stride(from: 0, to: bytes.count, by: length) { scanner.feed(bytes[start..<min(start + length, bytes.count)]) }
    return scanner.finish()
}

private func check(_ message: Message, of bytes: [UInt8]) {
    for (index, part) in message.parts.enumerated() {
        precondition(part.header.upperBound <= part.body.lowerBound && part.body.upperBound <= message.byteCount)
        precondition(part.parent ?? -1 < index && part.descendantsEnd <= message.parts.count)
        _ = (message.envelope(of: index), message.contentType(of: index), message.transferEncoding(of: index))
    }
    _ = message.bodyStructure()
    for text in [Section.Text.all, .header] { _ = message.ranges(of: Section(numbers: [1], text: text)) }
    guard message.byteCount <= bytes.count else { return }
    _ = SearchText(mostBytes: 1 << 16).all(of: message, in: bytes)
    _ = Preview.text(of: message, in: bytes)
}

private func mbox(_ bytes: [UInt8], pieces length: Int) -> [[UInt8]] {
    var splitter = MboxSplitter()
    var messages: [[UInt8]] = []
    func take(_ event: MboxSplitter.Event) {
        switch event {
        case .begin: messages.append([])
        case .content(let content): messages[messages.count - 1] += content
        }
    }
    var start = 0
    while start < bytes.count {
        let end = length < bytes.count - start ? start + length : bytes.count
        bytes[start..<end].withUnsafeBufferPointer { splitter.feed($0, take) }
        start = end
    }
    splitter.finish(take)
    return messages
}

private func checkValues(_ value: ArraySlice<UInt8>) {
    _ = (AddressParser.parse(value), ContentType(value), ContentDisposition(value), ContentLanguage.tags(value))
    _ = (MessageDate(value), MessageID.list(value), EncodedWords.decode(value), BaseSubject(value), HTMLText.text(value))
    for encoding in [TransferEncoding("base64"), TransferEncoding("quoted-printable")] {
        _ = TransferDecoder.decode(value, encoding)
    }
}

extension TransferEncoding {
    fileprivate init(_ name: StaticString) { self.init(Array("\(name)".utf8)[...]) }
}

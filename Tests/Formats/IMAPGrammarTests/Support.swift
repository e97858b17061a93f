import Bytes
import Testing

@testable import IMAPGrammar

func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

/// The command of a whole line, or of lines with literals in them.
func command(_ text: String, _ coding: MailboxCoding = .modifiedUTF7) throws -> Command {
    try TaggedCommand.parse(bytes(text), coding: coding).command
}

/// What `write` writes.
func written(_ coding: MailboxCoding = .modifiedUTF7, _ write: (inout ResponseWriter) -> Void) -> String {
    var writer = ResponseWriter(coding: coding)
    write(&writer)
    return String(utf8: writer.bytes)
}

func text(_ write: (inout [UInt8]) -> Void) -> String {
    var out: [UInt8] = []
    write(&out)
    return String(utf8: out)
}

func box(_ name: String) -> MailboxName { MailboxName(utf8: bytes(name)) }

func numbers(_ ranges: ClosedRange<UInt32>...) -> NumberSet { NumberSet(ranges: ranges) }

func set(_ ranges: ClosedRange<UInt32>..., from: UInt32? = nil) -> SequenceSet {
    SequenceSet(NumberSet(ranges: ranges), fromOrLast: from)
}

extension Command {
    var searchKey: SearchKey? {
        switch self {
        case .search(let search): search.key
        case .sort(let sort): sort.key
        case .thread(let thread): thread.key
        case .multiSearch(let search): search.key
        default: nil
        }
    }

    var fetch: Fetch? {
        if case .fetch(let fetch) = self { return fetch }
        return nil
    }
}

/// Records an issue, and gives nothing, so that a test can return by it.
func fail(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
}

import Bytes
import ContentLines

/// The lines, each ended by CRLF.
func document(_ lines: String...) -> [UInt8] { [UInt8](lines.map { $0 + "\r\n" }.joined().utf8) }

/// The properties of the only component in `lines`.
func properties(_ lines: String...) throws -> [ContentLine] {
    let bytes = [UInt8](("BEGIN:X\r\n" + lines.map { $0 + "\r\n" }.joined() + "END:X\r\n").utf8)
    return try root(bytes).properties.map { $0 }
}

func root(_ bytes: [UInt8]) throws -> Component {
    try first(ComponentTree.parse(bytes).roots)
}

struct Missing: Error {}

func first<S: Sequence>(_ sequence: S) throws -> S.Element {
    for element in sequence { return element }
    throw Missing()
}

func text(_ bytes: some Collection<UInt8>) -> String { String(utf8: bytes) }

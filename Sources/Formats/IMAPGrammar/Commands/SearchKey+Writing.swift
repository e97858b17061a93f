internal import Bytes

extension SearchKey {
    /// The key as a client would send it; strings that no quoted string can hold are literals.
    package func append(to out: inout [UInt8]) {
        switch self {
        case .all: out.append("ALL")
        case .flag(let flag): SearchKey.append(flag, negated: false, to: &out)
        case .not(.flag(let flag)) where flag != .recent: SearchKey.append(flag, negated: true, to: &out)
        case .not(.flag(.recent)): out.append("OLD")
        case .sequence(let set): set.append(to: &out)
        case .uid(let set):
            out.append("UID ")
            set.append(to: &out)
        case .envelope(let field, let text): SearchKey.append("\(field)".uppercased(), [text], to: &out)
        case .header(let name, let text): SearchKey.append("HEADER", [name, text], to: &out)
        case .body(let text): SearchKey.append("BODY", [text], to: &out)
        case .text(let text): SearchKey.append("TEXT", [text], to: &out)
        case .date(let field, let relation, let date):
            out.append(field == .sent ? "SENT" : field == .saved ? "SAVED" : "")
            out.append(relation == .before ? "BEFORE " : relation == .on ? "ON " : "SINCE ")
            date.append(to: &out)
        case .larger(let size): SearchKey.append("LARGER ", size, to: &out)
        case .smaller(let size): SearchKey.append("SMALLER ", size, to: &out)
        case .older(let seconds): SearchKey.append("OLDER ", UInt64(seconds), to: &out)
        case .younger(let seconds): SearchKey.append("YOUNGER ", UInt64(seconds), to: &out)
        case .modSeq(let value): SearchKey.append("MODSEQ ", value, to: &out)
        case .emailID(let id): SearchKey.append("EMAILID", [id], to: &out)
        case .threadID(let id): SearchKey.append("THREADID", [id], to: &out)
        case .saveDateSupported: out.append("SAVEDATESUPPORTED")
        case .fuzzy(let key):
            out.append("FUZZY ")
            key.append(to: &out)
        case .not(let key):
            out.append("NOT ")
            key.append(to: &out)
        case .or(let left, let right):
            out.append("OR ")
            left.append(to: &out)
            out.append(0x20)
            right.append(to: &out)
        case .and(let keys):
            out.append(0x28)
            for (index, key) in keys.enumerated() {
                if index > 0 { out.append(0x20) }
                key.append(to: &out)
            }
            out.append(0x29)
        }
    }

    private static func append(_ name: StaticString, _ number: UInt64, to out: inout [UInt8]) {
        out.append(name)
        out.append(decimal: number)
    }

    private static func append(_ name: String, _ arguments: [[UInt8]], to out: inout [UInt8]) {
        out.append(name)
        for argument in arguments {
            out.append(0x20)
            WireString.append(argument, to: &out)
        }
    }

    private static func append(_ flag: Flag, negated: Bool, to out: inout [UInt8]) {
        if negated { out.append("UN") }
        switch flag {
        case .keyword(let bytes), .other(let bytes):
            out.append("KEYWORD ")
            out.append(contentsOf: bytes)
        default:
            var name: [UInt8] = []
            flag.append(to: &name)
            out.append(contentsOf: name.dropFirst().map(\.asciiUppercased))
        }
    }
}

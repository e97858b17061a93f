import Bytes
import DAVGrammar
import Files
import HTTPServer

/// What the request's header fields say, for several methods.
extension Exchange {
    /// RFC 4918 §10.2. Throws `Reply` 400.
    func depth(absent: Depth) throws -> Depth {
        guard let text = head.headers.first("depth") else { return absent }
        guard let depth = Depth(text) else { throw Reply(.badRequest, "Depth is 0, 1 or infinity.") }
        return depth
    }

    /// RFC 4918 §10.6. Throws `Reply` 400.
    func overwrites() throws -> Bool {
        switch head.headers.first("overwrite")?.lowercased() {
        case nil, "t": true
        case "f": false
        default: throw Reply(.badRequest, "Overwrite is T or F.")
        }
    }

    /// Whether the body may be XML. A client that does not say what it is means XML; what says it is something else is not.
    var isBodyXML: Bool {
        guard let type = head.headers.first("content-type") else { return true }
        let media = type.utf8.prefix { $0 != 0x3B }
        return media.equalsIgnoringASCIICase("text/xml") || media.equalsIgnoringASCIICase("application/xml")
            || media.suffix(4).equalsIgnoringASCIICase("+xml")
    }

    /// Whether the body says that it is of this media type.
    func isBody(_ mediaType: StaticString) -> Bool {
        guard let type = head.headers.first("content-type") else { return false }
        return [UInt8](type.utf8.prefix { $0 != 0x3B }).trimmingASCIIWhitespace.equalsIgnoringASCIICase(mediaType)
    }

    /// RFC 7240 §3: which wishes were granted.
    var appliedPreferences: [(name: String, value: String)] {
        var applied: [String] = []
        if preferences.isMinimal { applied.append("return=minimal") }
        if preferences.isDepthNoRoot { applied.append("depth-noroot") }
        return applied.isEmpty
            ? [] : [("Preference-Applied", applied.joined(separator: ", ")), ("Vary", "Brief, Prefer")]
    }
}

extension HTTPRequestBody {
    var fileBody: FileBody {
        switch self {
        case .none: .bytes([])
        case .bytes(let bytes): .bytes(bytes)
        case .file(let path, let size): .spooled(path: path, size: size)
        }
    }
}

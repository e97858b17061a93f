import Bytes
import CollectionStore
import Database
import Directory
import HTTPServer

/// What a browser sees of a collection: its entries as links.
enum Listing {
    /// How many files of a folder are shown.
    private static let maximumEntries = 1000

    static func response(_ exchange: Exchange, _ location: Location) throws -> HTTPResponse {
        let href = location.href
        var entries: [(name: String, href: Href)] = []
        var isCut = false
        switch location.resource {
        case .root?: entries = Container.listed.map { ($0.rawValue, Href().collection($0.rawValue)) }
        case .container(.principals)?: entries = [(exchange.principal.displayName, .principal(exchange.principal))]
        case .container(let container)?: entries = [(exchange.principal.displayName, .home(container, of: exchange.principal))]
        case .collection(let collection)?:
            try exchange.read { tx in
                for child in try VisibleChildren.list(tx, exchange.locator, of: collection, location.access) {
                    entries.append((child.name + "/", href.collection(child.name)))
                }
                let members = try Members.page(
                    tx, in: collection.id, after: nil, limit: maximumEntries + 1,
                    shownBy: exchange.visibility(of: collection, location.access))
                isCut = members.count > maximumEntries
                entries += members.prefix(maximumEntries).map { ($0.name, href.member($0.name)) }
            }
        case .principal?, .proxy?, .member?, nil: break
        }
        var out: [UInt8] = []
        out.append("<!doctype html><html><head><meta charset=\"utf-8\"><title>Tegu</title></head><body><h1>")
        HTMLText.append(location.name.isEmpty ? "Tegu" : location.name, to: &out)
        out.append("</h1><ul>")
        for entry in entries {
            out.append("<li><a href=\"")
            HTMLText.append(entry.href.text, to: &out)
            out.append("\">")
            HTMLText.append(entry.name, to: &out)
            out.append("</a></li>")
        }
        out.append(isCut ? "<li>…</li></ul></body></html>\n" : "</ul></body></html>\n")
        return HTTPResponse(status: 200, headers: [
            ("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", "default-src 'none'"),
            ("DAV", Options.davHeader),
        ], body: .bytes(out), isCompressible: true)
    }
}

/// Text in HTML.
enum HTMLText {
    static func append(_ text: String, to out: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case 0x26: out.append("&amp;")
            case 0x3C: out.append("&lt;")
            case 0x3E: out.append("&gt;")
            case 0x22: out.append("&quot;")
            case 0x27: out.append("&#39;")
            default: out.append(byte)
            }
        }
    }
}

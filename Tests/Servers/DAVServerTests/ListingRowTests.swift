import Bytes
import Testing

@testable import DAVServer

@Suite("Rows of listings")
struct ListingRowTests {
    private static let home = "/files/anna@example.org/"
    private static let names = ["a", "b c & <ж>.txt", "c"]

    private func site() throws -> TestSite {
        let site = try TestSite()
        for name in Self.names { _ = try site.send("PUT", Self.home + PercentCoding.encodeSegment(name), "text of \(name)") }
        return site
    }

    private static func response(_ text: String) -> [String] {
        text.split(separator: "<D:response>").dropFirst().map { row in
            String(row.prefix(upTo: row.firstRange(of: "</D:response>")?.lowerBound ?? row.endIndex))
        }
    }

    @Test("a member's row is the same in a listing and on its own", arguments: [
        "<D:getetag/>", "<D:resourcetype/><D:getetag/>", "<D:getetag/><D:none/><D:displayname/><X:own xmlns:X='urn:x'/>", "<D:none/>",
        "<D:getetag/><D:getcontentlength/><D:getcontenttype/><D:none/>", "<D:getetag/><D:getetag/>",
    ], [false, true])
    func sameRow(_ properties: String, isMinimal: Bool) throws {
        let site = try site()
        let body = "<D:propfind xmlns:D='DAV:'><D:prop>\(properties)</D:prop></D:propfind>"
        let preference = isMinimal ? ["Prefer": "return=minimal"] : [:]
        let listing = Self.response(try site.send(
            "PROPFIND", Self.home, body, headers: preference.merging(["Depth": "1"]) { $1 }).text)
        #expect(listing.count == Self.names.count + 1)
        for name in Self.names {
            let own = try site.send(
                "PROPFIND", Self.home + PercentCoding.encodeSegment(name), body, headers: preference.merging(["Depth": "0"]) { $1 })
            #expect(own.status == 207)
            let rows = Self.response(own.text)
            #expect(rows.count == 1 && listing.contains(rows[0]), "\(name): \(rows)")
        }
    }

    @Test("what a client set on one member is told of it, also in a listing of names and ETags")
    func deadProperty() throws {
        let site = try site()
        let update = """
            <D:propertyupdate xmlns:D='DAV:'><D:set><D:prop><X:own xmlns:X='urn:x'>mine</X:own></D:prop></D:set></D:propertyupdate>
            """
        #expect(try site.send("PROPPATCH", Self.home + "a", update).status == 207)
        let body = "<D:propfind xmlns:D='DAV:'><D:prop><D:getetag/><X:own xmlns:X='urn:x'/></D:prop></D:propfind>"
        let text = try site.send("PROPFIND", Self.home, body, headers: ["Depth": "1"]).text
        #expect(text.components(of: ">mine<") == 1)
        let etags = "<D:propfind xmlns:D='DAV:'><D:prop><D:getetag/></D:prop></D:propfind>"
        #expect(try site.send("PROPFIND", Self.home, etags, headers: ["Depth": "1"]).text.components(of: ">mine<") == 0)
    }

    @Test("names alone are told without values, and each once")
    func names() throws {
        let site = try site()
        let text = try site.send(
            "PROPFIND", Self.home + "a", "<D:propfind xmlns:D='DAV:'><D:propname/></D:propfind>", headers: ["Depth": "0"]).text
        #expect(text.components(of: "<D:getetag") == 1 && text.components(of: "<D:getetag></D:getetag>") == 1)
        #expect(!text.contains("404"))
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}

import Bytes
import Testing
import XML

@testable import DAVGrammar

@Suite("Request bodies")
struct BodyTests {
    private func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

    @Test("no body of PROPFIND asks for all (RFC 4918 §9.1)")
    func emptyPropfind() throws {
        guard case .allprop(let include) = try PropfindBody.parse([]).request else { Issue.record("not allprop"); return }
        #expect(include.isEmpty)
    }

    @Test("the three kinds of PROPFIND (RFC 4918 §9.1.3 to §9.1.6)")
    func propfind() throws {
        let named = try PropfindBody.parse(bytes(
            "<D:propfind xmlns:D='DAV:'><D:prop xmlns:R='http://ns.example.com/boxschema/'><R:bigbox/><D:getetag/></D:prop></D:propfind>"))
        #expect(named.request.properties.map(\.name) == [
            XMLName(namespace: "http://ns.example.com/boxschema/", local: "bigbox"), .dav(.getetag),
        ])
        guard case .propname = try PropfindBody.parse(bytes("<propfind xmlns='DAV:'><propname/></propfind>")).request else {
            Issue.record("not propname")
            return
        }
        guard case .allprop(let include) = try PropfindBody.parse(bytes(
            "<D:propfind xmlns:D='DAV:'><D:allprop/><D:include><D:supported-report-set/></D:include></D:propfind>")).request
        else { Issue.record("not allprop"); return }
        #expect(include == [.dav(.supportedReportSet)])
    }

    @Test("a PROPFIND that is none is refused", arguments: [
        "<propfind xmlns='DAV:'/>", "<propfind xmlns='DAV:'><prop/><propname/></propfind>", "<x/>", "nonsense",
    ])
    func badPropfind(_ text: String) { #expect(throws: RequestBodyError.self) { try PropfindBody.parse(bytes(text)) } }

    @Test("instructions of PROPPATCH keep their order (RFC 4918 §9.2.2)")
    func proppatch() throws {
        let body = try ProppatchBody.parse(bytes("""
            <D:propertyupdate xmlns:D="DAV:" xmlns:Z="http://ns.example.com/standards/z39.50/">
            <D:set><D:prop><Z:Authors><Z:Author>Jim Whitehead</Z:Author></Z:Authors></D:prop></D:set>
            <D:remove><D:prop><Z:Copyright-Owner/></D:prop></D:remove></D:propertyupdate>
            """))
        #expect(body.instructions.map(\.name.local) == ["Authors", "Copyright-Owner"])
        guard case .set = body.instructions[0], case .remove = body.instructions[1] else { Issue.record("order"); return }
    }

    @Test("sync-collection (RFC 6578 §3.8) with and without level, token and limit")
    func sync() throws {
        func request(_ inner: String) throws -> SyncCollectionRequest {
            guard case .syncCollection(let request) = try ReportBody.parse(bytes(
                "<D:sync-collection xmlns:D='DAV:'>\(inner)<D:prop><D:getetag/></D:prop></D:sync-collection>")) else {
                throw RequestBodyError.notXML("another report")
            }
            return request
        }
        let first = try request("<D:sync-token/><D:sync-level>1</D:sync-level><D:limit><D:nresults>100</D:nresults></D:limit>")
        #expect(first.token.isEmpty && first.level == .one && first.limit == 100)
        let later = try request("<D:sync-token> urn:x </D:sync-token>")
        #expect(later.token == "urn:x" && later.level == .one && later.limit == nil)
        #expect(try request("<D:sync-token/><D:sync-level>infinite</D:sync-level>").level == .infinite)
        #expect(throws: RequestBodyError.self) { try request("<D:sync-level>infinite</D:sync-level>") }
        #expect(throws: RequestBodyError.self) { try request("<D:sync-token/><D:limit><D:nresults>many</D:nresults></D:limit>") }
    }

    @Test("multiget (RFC 4791 §9.10) keeps hrefs as sent")
    func multiget() throws {
        guard case .calendarMultiget(let request) = try ReportBody.parse(bytes("""
            <C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/>
            <C:calendar-data content-type="text/calendar" version="2.0"/></D:prop>
            <D:href>/a%20b.ics</D:href><D:href> /c.ics
            </D:href></C:calendar-multiget>
            """)) else { Issue.record("another report"); return }
        #expect(request.hrefs.map { String(utf8: $0) } == ["/a%20b.ics", "/c.ics"])
    }

    @Test("locks (RFC 4918 §9.10.7)")
    func lock() throws {
        let info = try LockInfo.parse(bytes("""
            <D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>
            <D:owner><D:href>http://example.org/~ejw/contact.html</D:href></D:owner></D:lockinfo>
            """))
        #expect(info.isExclusive && info.owner != nil)
        #expect(throws: RequestBodyError.self) { try LockInfo.parse(bytes("<lockinfo xmlns='DAV:'/>")) }
    }

    @Test("an unknown report is told by its name")
    func unknown() throws {
        guard case .unknown(let name) = try ReportBody.parse(bytes("<x:y xmlns:x='urn:x'/>")) else { Issue.record("known"); return }
        #expect(name.local == "y")
    }
}

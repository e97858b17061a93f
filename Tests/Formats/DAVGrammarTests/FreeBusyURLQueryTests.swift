import Testing

@testable import DAVGrammar

@Suite("the query of a free-busy URL")
struct FreeBusyURLQueryTests {
    @Test("its parameters are found wherever they stand, and others are passed over")
    func parameters() throws {
        let query = try #require(FreeBusyURLQuery("x=1&end=2026-06-02T00%3A00%3A00Z&start=20260601&startle=2"))
        #expect(query.start == [UInt8]("20260601".utf8) && query.end == [UInt8]("2026-06-02T00:00:00Z".utf8) && query.period == nil)
        #expect(FreeBusyURLQuery(nil) == FreeBusyURLQuery("&&") && FreeBusyURLQuery("period=")?.period == [])
    }

    @Test("what is there twice, cannot be decoded or is endless is no query")
    func refused() {
        for text in ["start=1&start=2", "end=%F", "period=%zz", "start=" + String(repeating: "1", count: 65)] {
            #expect(FreeBusyURLQuery(text) == nil, "\(text)")
        }
    }
}

import Testing
import XML

@testable import DAVGrammar

@Suite("The body of ACL")
struct ACLBodyTests {
    @Test("RFC 3744 §8.1.2, the example")
    func example() throws {
        let body = try ACLBody.parse(Array("""
            <?xml version="1.0" encoding="utf-8" ?>
            <D:acl xmlns:D="DAV:">
              <D:ace>
                <D:principal>
                  <D:href>http://www.example.com/users/esedlar</D:href>
                </D:principal>
                <D:grant>
                  <D:privilege><D:read/></D:privilege>
                  <D:privilege><D:write/></D:privilege>
                </D:grant>
              </D:ace>
              <D:ace>
                <D:principal>
                  <D:property><D:owner/></D:property>
                </D:principal>
                <D:grant>
                  <D:privilege><D:read-acl/></D:privilege>
                  <D:privilege><D:write-acl/></D:privilege>
                </D:grant>
              </D:ace>
              <D:ace>
                <D:principal><D:all/></D:principal>
                <D:grant>
                  <D:privilege><D:read/></D:privilege>
                </D:grant>
              </D:ace>
            </D:acl>
            """.utf8))
        #expect(body.entries.map(\.principal) == [
            .href("http://www.example.com/users/esedlar"), .property(.dav(.owner)), .all,
        ])
        #expect(body.entries.map(\.privileges) == [
            [.dav(.read), .dav(.write)], [.dav(.readACL), .dav(.writeACL)], [.dav(.read)],
        ])
        #expect(body.entries.allSatisfy { $0.isGrant && !$0.isInverted && !$0.isProtected && !$0.isInherited })
    }

    @Test("what an entry can have besides")
    func others() throws {
        let body = try ACLBody.parse(Array("""
            <acl xmlns="DAV:"><ace><invert><principal><self/></principal></invert><deny><privilege><all/></privilege></deny></ace>\
            <ace><principal><unauthenticated/></principal><grant><privilege><read/></privilege></grant><protected/></ace>\
            <ace><principal><authenticated/></principal><grant><privilege><read/></privilege></grant>\
            <inherited><href>/a/</href></inherited></ace></acl>
            """.utf8))
        #expect(body.entries.map(\.principal) == [.myself, .unauthenticated, .authenticated])
        #expect(body.entries.map(\.isInverted) == [true, false, false])
        #expect(body.entries.map(\.isGrant) == [false, true, true])
        #expect(body.entries.map(\.isProtected) == [false, true, false])
        #expect(body.entries.map(\.isInherited) == [false, false, true])
        #expect(try ACLBody.parse(Array("<acl xmlns=\"DAV:\"/>".utf8)).entries.isEmpty)
    }

    @Test("what is no list of entries is refused", arguments: [
        "", "<acl/>", "<a:prop xmlns:a=\"DAV:\"/>", "<acl xmlns=\"DAV:\"><ace/></acl>",
        "<acl xmlns=\"DAV:\"><ace><principal/><grant><privilege><read/></privilege></grant></ace></acl>",
        "<acl xmlns=\"DAV:\"><ace><principal><all/></principal></ace></acl>",
        "<acl xmlns=\"DAV:\"><ace><principal><all/></principal><grant/></ace></acl>",
        "<acl xmlns=\"DAV:\"><ace><principal><all/></principal><grant><privilege/></grant></ace></acl>",
        "<acl xmlns=\"DAV:\"><ace><principal><x/></principal><grant><privilege><read/></privilege></grant></ace></acl>",
        """
        <acl xmlns="DAV:"><ace><principal><all/></principal><grant><privilege><read/></privilege></grant>\
        <deny><privilege><write/></privilege></deny></ace></acl>
        """,
    ])
    func refused(_ text: String) {
        #expect(throws: RequestBodyError.self) { try ACLBody.parse(Array(text.utf8)) }
    }
}

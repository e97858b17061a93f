import ContentLines
import Testing
import VCard
import XML

@testable import DAVGrammar

@Suite("Bodies of CardDAV's queries")
struct AddressbookQueryTests {
    private struct Wrong: Error {}

    private func query(_ inner: String, prop: String = "") throws -> AddressbookQueryRequest {
        let body = try ReportBody.parse([UInt8]("""
            <C:addressbook-query xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:carddav'><D:prop>\(prop)</D:prop>\(inner)</C:addressbook-query>
            """.utf8))
        guard case .addressbookQuery(let request) = body else { throw Wrong() }
        return request
    }

    @Test("without a filter all cards are meant, and tests default to anyof (RFC 6352 §10.5)")
    func defaults() throws {
        let all = try query("")
        #expect(all.filter.properties.isEmpty && all.filter.isAnyOf && all.limit == nil)
        let query = try query("""
            <C:filter test='allof'><C:prop-filter name='FN'><C:text-match match-type='starts-with'>a</C:text-match></C:prop-filter>
            <C:prop-filter name='EMAIL' test='allof'><C:param-filter name='TYPE'><C:is-not-defined/></C:param-filter></C:prop-filter>
            </C:filter><C:limit><C:nresults>3</C:nresults></C:limit>
            """)
        #expect(!query.filter.isAnyOf && query.limit == 3)
        let (name, mail) = (query.filter.properties[0], query.filter.properties[1])
        #expect(name.isAnyOf && name.texts == [TextMatch("a", collation: .unicodeCasemap, matchType: .startsWith)])
        #expect(!mail.isAnyOf && mail.parameters == [ParameterFilter(name: "TYPE", test: .isNotDefined)])
    }

    @Test("a filter that is not understood is not supported (RFC 6352 §8.6)", arguments: [
        "<C:filter test='some'/>", "<C:filter><C:other/></C:filter>", "<C:filter><C:prop-filter/></C:filter>",
        "<C:filter><C:prop-filter name='FN'><C:text-match match-type='like'>a</C:text-match></C:prop-filter></C:filter>",
        "<C:filter><C:prop-filter name='FN'><C:is-not-defined/><C:text-match>a</C:text-match></C:prop-filter></C:filter>",
    ])
    func unsupported(_ filter: String) {
        #expect { try query(filter) } throws: { error in
            if case .refused(.carddav(.supportedFilter), _)? = error as? RequestBodyError { true } else { false }
        }
    }

    @Test("cards are served as 3.0, which is the default, as 4.0 and as jCard (RFC 6352 §10.4, RFC 7095)")
    func mediaTypes() throws {
        func form(_ attributes: String) throws -> AddressDataForm.MediaType? {
            try query("", prop: "<C:address-data \(attributes)/>").properties.properties.first?.addressData?.mediaType
        }
        for (attributes, version) in [
            ("", VCardVersion.v3_0), ("content-type='text/vcard'", .v3_0), ("content-type='text/vcard' version='4.0'", .v4_0),
            ("content-type='text/directory'", .v3_0), ("version='4.0'", .v4_0),
        ] {
            guard case .vCard(version)? = try form(attributes) else { Issue.record("\(attributes)"); continue }
        }
        guard case .jCard? = try form("content-type='application/vcard+json'") else { throw Wrong() }
        for refused in ["content-type='text/vcard' version='2.1'", "content-type='text/x-vcard'"] {
            #expect { try form(refused) } throws: { error in
                if case .refused(.carddav(.supportedAddressData), _)? = error as? RequestBodyError { true } else { false }
            }
        }
    }
}

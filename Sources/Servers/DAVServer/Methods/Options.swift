import Database
import HTTPServer

/// RFC 9110 §9.3.7, RFC 4918 §10.1. Answered alike everywhere: clients ask homes, principals and parents of what they mean.
enum Options {
    /// One line, under the 900 octets that some clients can take.
    static let davHeader = """
        1, 2, 3, access-control, calendar-access, addressbook, extended-mkcol, sync-collection, add-member
        """

    static let allow = """
        OPTIONS, GET, HEAD, PUT, POST, DELETE, PROPFIND, PROPPATCH, MKCOL, MKCALENDAR, COPY, MOVE, LOCK, UNLOCK, REPORT
        """

    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        // A URL where nothing is can be asked too: RFC 4918 §9.3 clients do so before MKCOL.
        _ = try exchange.read { tx in try exchange.locate(tx) }
        return HTTPResponse(status: 200, headers: [
            ("DAV", davHeader), ("Allow", allow), ("MS-Author-Via", "DAV"), ("Accept-Ranges", "bytes"),
        ])
    }
}

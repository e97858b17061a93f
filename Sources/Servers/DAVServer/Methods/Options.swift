import CollectionStore
import Database
import HTTPServer

/// RFC 9110 §9.3.7, RFC 4918 §10.1. Answered alike everywhere: clients ask homes, principals and parents of what they mean.
enum Options {
    /// One line, under the 900 octets that some clients can take.
    static let davHeader = """
        1, 2, 3, access-control, calendar-access, calendar-no-timezone, addressbook, extended-mkcol, sync-collection, add-member, \
        calendar-managed-attachments, calendar-proxy, calendarserver-sharing
        """

    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        // A URL where nothing is can be asked too: clients do so before MKCOL.
        response(allow: allow(try exchange.read { tx in try exchange.locate(tx).resource }))
    }

    /// RFC 9110 §9.3.7: `OPTIONS *` asks about the server as a whole.
    static let ofServer = response(allow: Method.named.keys.sorted().joined(separator: ", "))

    private static func response(allow: String) -> HTTPResponse {
        HTTPResponse(status: 200, headers: [
            ("DAV", davHeader), ("Allow", allow), ("MS-Author-Via", "DAV"), ("Accept-Ranges", "bytes"),
        ])
    }

    private static func allow(_ resource: Resource?) -> String {
        switch resource {
        case nil: "OPTIONS, PUT, MKCOL, MKCALENDAR, LOCK"
        case .member?: "OPTIONS, GET, HEAD, POST, PUT, DELETE, PROPFIND, PROPPATCH, COPY, MOVE, LOCK, UNLOCK, REPORT"
        case .collection(let collection)? where collection.kind == .notifications: "OPTIONS, GET, HEAD, PROPFIND, REPORT"
        case .collection?: "OPTIONS, GET, HEAD, POST, DELETE, MKCOL, MKCALENDAR, PROPFIND, PROPPATCH, ACL, COPY, MOVE, LOCK, UNLOCK, REPORT"
        case .root?, .container?, .principal?: "OPTIONS, GET, HEAD, PROPFIND, REPORT"
        case .proxy?: "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT"
        }
    }
}

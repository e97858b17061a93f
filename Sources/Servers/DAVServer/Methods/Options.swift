import CollectionStore
import DAVGrammar
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
        response(allow: allowed(on: try exchange.read { tx in try exchange.locate(tx).resource }))
    }

    /// RFC 9110 §9.3.7: `OPTIONS *` asks about the server as a whole.
    static let ofServer = response(allow: Method.named.keys.sorted())

    private static func response(allow methods: [String]) -> HTTPResponse {
        HTTPResponse(status: 200, headers: [
            ("DAV", davHeader), allow(methods), ("MS-Author-Via", "DAV"), ("Accept-Ranges", "bytes"),
        ])
    }

    /// RFC 9110 §15.5.6: a 405 says what the resource at the request's URL allows. Of a URL that leads nowhere, or where the asker may
    /// not look, that is only to ask.
    static func allowing(_ reply: Reply, _ exchange: Exchange) -> Reply {
        guard reply.status == .methodNotAllowed, !reply.headers.contains(where: { $0.name == "Allow" }) else { return reply }
        var methods = ["OPTIONS"]
        // Not by `Exchange.locate`, which wants fresh mounts: they are nothing to somebody who is refused.
        if let location = try? exchange.read({ tx in try exchange.locator.locate(tx, exchange.path.segments) }) {
            methods = allowed(on: location.resource)
        }
        var reply = reply
        // What goes with most of a kind may not go with this one.
        reply.headers.append(allow(methods.filter { $0 != exchange.head.method }))
        return reply
    }

    private static func allow(_ methods: [String]) -> (name: String, value: String) {
        ("Allow", methods.joined(separator: ", "))
    }

    private static func allowed(on resource: Resource?) -> [String] {
        switch resource {
        case nil: ["OPTIONS", "PUT", "MKCOL", "MKCALENDAR", "LOCK"]
        case .member?:
            [
                "OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "PROPFIND", "PROPPATCH", "COPY", "MOVE", "LOCK", "UNLOCK",
                "REPORT",
            ]
        case .collection(let collection)? where collection.kind == .notifications:
            ["OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT"]
        case .collection?:
            [
                "OPTIONS", "GET", "HEAD", "POST", "DELETE", "MKCOL", "MKCALENDAR", "PROPFIND", "PROPPATCH", "ACL", "COPY",
                "MOVE", "LOCK", "UNLOCK", "REPORT",
            ]
        case .root?, .container?, .principal?: ["OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT"]
        case .proxy?: ["OPTIONS", "GET", "HEAD", "PROPFIND", "PROPPATCH", "REPORT"]
        }
    }
}

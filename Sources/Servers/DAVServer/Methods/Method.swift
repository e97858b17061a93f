import HTTPServer

/// The methods that this server knows: the table of contents of `Methods/`.
struct Method: Sendable {
    var respond: @Sendable (Exchange) throws -> HTTPResponse

    static let named: [String: Method] = [
        "OPTIONS": Method(respond: Options.respond),
        "GET": Method(respond: Get.respond),
        "HEAD": Method(respond: Get.respond),
        "PUT": Method(respond: Put.respond),
        "POST": Method(respond: Post.respond),
        "DELETE": Method(respond: Delete.respond),
        "PROPFIND": Method(respond: Propfind.respond),
        "PROPPATCH": Method(respond: Proppatch.respond),
        "MKCOL": Method(respond: Mkcol.respond),
        "MKCALENDAR": Method(respond: Mkcalendar.respond),
        "COPY": Method(respond: Transfer.respond),
        "MOVE": Method(respond: Transfer.respond),
        "LOCK": Method(respond: LockMethod.respond),
        "UNLOCK": Method(respond: Unlock.respond),
        "ACL": Method(respond: ACLMethod.respond),
        "REPORT": Method(respond: Report.respond),
    ]
}

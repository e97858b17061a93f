import HTTPServer

/// URLs that are no WebDAV resources: they can be read, and nothing else is possible there.
enum ReadOnlyURL {
    /// Answers GET and HEAD by `get`. Throws `Reply` 405 for all else but OPTIONS.
    static func respond(_ exchange: Exchange, _ get: (Exchange) throws -> HTTPResponse) throws -> HTTPResponse {
        switch exchange.head.method {
        case "GET", "HEAD": return try get(exchange)
        case "OPTIONS": return HTTPResponse(status: 200, headers: [("DAV", Options.davHeader), allow])
        default: throw Reply(.methodNotAllowed, headers: [allow])
        }
    }

    private static let allow = (name: "Allow", value: "OPTIONS, GET, HEAD")
}

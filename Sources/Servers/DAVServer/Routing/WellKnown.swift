import DAVGrammar
import HTTPServer

/// RFC 6764 §5: where a client starts that knows only a host. The target is a path, so that scheme and port stay what the client
/// used, also behind a proxy. Nobody need sign in to learn it.
enum WellKnown {
    static func respond(_ path: RequestPath) -> HTTPResponse {
        guard path.segments.count == 2, path.segments[1] == "caldav" || path.segments[1] == "carddav" else {
            return HTTPResponse(status: 404)
        }
        return HTTPResponse(status: 301, headers: [("Location", "/"), ("Cache-Control", "max-age=3600")])
    }
}

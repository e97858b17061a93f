import Bytes
import HTTPServer
import XML

/// The statuses that this server answers with.
enum HTTPStatus: Int, Sendable {
    case ok = 200, created = 201, noContent = 204, partialContent = 206, multiStatus = 207
    case movedPermanently = 301, notModified = 304
    case badRequest = 400, unauthorized = 401, forbidden = 403, notFound = 404, methodNotAllowed = 405, conflict = 409
    case preconditionFailed = 412, contentTooLarge = 413, unsupportedMediaType = 415, rangeNotSatisfiable = 416
    case unprocessableContent = 422, locked = 423, failedDependency = 424, tooManyRequests = 429
    case internalServerError = 500, notImplemented = 501, badGateway = 502, serviceUnavailable = 503
    case insufficientStorage = 507

    /// RFC 9110 §15; some clients look for the words of a 200.
    var reason: String {
        switch self {
        case .ok: "OK"
        case .created: "Created"
        case .noContent: "No Content"
        case .partialContent: "Partial Content"
        case .multiStatus: "Multi-Status"
        case .movedPermanently: "Moved Permanently"
        case .notModified: "Not Modified"
        case .badRequest: "Bad Request"
        case .unauthorized: "Unauthorized"
        case .forbidden: "Forbidden"
        case .notFound: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .conflict: "Conflict"
        case .preconditionFailed: "Precondition Failed"
        case .contentTooLarge: "Content Too Large"
        case .unsupportedMediaType: "Unsupported Media Type"
        case .rangeNotSatisfiable: "Range Not Satisfiable"
        case .unprocessableContent: "Unprocessable Content"
        case .locked: "Locked"
        case .failedDependency: "Failed Dependency"
        case .tooManyRequests: "Too Many Requests"
        case .internalServerError: "Internal Server Error"
        case .notImplemented: "Not Implemented"
        case .badGateway: "Bad Gateway"
        case .serviceUnavailable: "Service Unavailable"
        case .insufficientStorage: "Insufficient Storage"
        }
    }

    /// As in a multistatus row: `HTTP/1.1 200 OK`.
    var line: String { "HTTP/1.1 \(rawValue) \(reason)" }
}

/// An answer that ends a request before its method is through: a refusal, with the condition element that names its reason
/// (RFC 4918 §16) and a sentence for the person who reads a log.
struct Reply: Error, Sendable {
    var status: HTTPStatus
    var condition: XMLName?
    /// Hrefs inside the condition's element.
    var hrefs: [Href]
    /// With DAV:need-privileges: the one that is missing.
    var missingPrivilege: XMLName?
    var message: String
    var headers: [(name: String, value: String)]

    init(
        _ status: HTTPStatus, condition: XMLName? = nil, hrefs: [Href] = [], _ message: String = "",
        headers: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.condition = condition
        self.hrefs = hrefs
        self.message = message
        self.headers = headers
    }

    var response: HTTPResponse {
        guard condition != nil || !message.isEmpty else { return HTTPResponse(status: status.rawValue, headers: headers) }
        var out = XMLWriter()
        out.openRoot(.dav(.error))
        writeCondition(to: &out)
        if !message.isEmpty {
            out.open(.dav(.responsedescription))
            out.text(message)
            out.close(.dav(.responsedescription))
        }
        out.close(.dav(.error))
        return HTTPResponse(
            status: status.rawValue, headers: headers + [("Content-Type", "application/xml; charset=utf-8")],
            body: .bytes(out.bytes))
    }

    /// The condition's element, as it stands in DAV:error.
    func writeCondition(to out: inout XMLWriter) {
        guard let condition else { return }
        out.open(condition)
        for href in hrefs {
            guard let missingPrivilege else {
                out.href(href)
                continue
            }
            // RFC 3744 §7.1.1.
            out.open(.dav(.resource))
            out.href(href)
            Privileges.write([missingPrivilege], to: &out)
            out.close(.dav(.resource))
        }
        out.close(condition)
    }
}

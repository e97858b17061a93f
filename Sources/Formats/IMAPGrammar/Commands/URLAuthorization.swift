internal import Bytes

/// RFC 4467 §7: a URL without its authorization, and by what mechanism it is wanted.
package struct URLRequest: Hashable, Sendable {
    package var url: [UInt8]
    /// In upper case; `INTERNAL` is the only one there is.
    package var mechanism: [UInt8]
}

/// RFC 4467 §7, RFC 5524 §3: a URL that is to be fetched, and what of it.
package struct URLFetchRequest: Hashable, Sendable {
    package struct Parameters: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// As it is stored; as it is with its transfer encoding undone.
        package static let body = Parameters(rawValue: 1)
        package static let binary = Parameters(rawValue: 2)
        package static let structure = Parameters(rawValue: 4)
    }

    package var url: [UInt8]
    /// Nil: the URL stood alone, and so does its content in the answer.
    package var parameters: Parameters?

    package init(_ url: [UInt8], _ parameters: Parameters? = nil) { (self.url, self.parameters) = (url, parameters) }
}

extension CommandCursor {
    private static let mostURLs = 100

    mutating func generateURLs() throws(ParseError) -> Command {
        var requests: [URLRequest] = []
        repeat {
            let url = try stringArgument("a URL")
            try space()
            requests.append(URLRequest(url: url, mechanism: try upperCasedAtom("a mechanism")))
            guard requests.count <= CommandCursor.mostURLs else { throw failure("fewer URLs") }
        } while hasArgument
        return .generateURLs(requests)
    }

    mutating func resetKey() throws(ParseError) -> Command {
        guard hasArgument else { return .resetKey(nil, mechanisms: []) }
        let mailbox = try mailboxArgument()
        var mechanisms: [[UInt8]] = []
        while hasArgument, mechanisms.count < CommandCursor.mostURLs {
            try space()
            mechanisms.append(try upperCasedAtom("a mechanism"))
        }
        return .resetKey(mailbox, mechanisms: mechanisms)
    }

    mutating func fetchURLs() throws(ParseError) -> Command {
        var urls: [URLFetchRequest] = []
        repeat {
            try space()
            urls.append(byte == 0x28 ? try extendedURLFetch() : URLFetchRequest(try astring("a URL")))
            guard urls.count <= CommandCursor.mostURLs else { throw failure("fewer URLs") }
        } while hasArgument
        return .fetchURLs(urls)
    }

    /// RFC 5524 §3.1: `(URL BODYPARTSTRUCTURE BINARY)`.
    private mutating func extendedURLFetch() throws(ParseError) -> URLFetchRequest {
        try open()
        let url = try astring("a URL")
        var parameters: URLFetchRequest.Parameters = []
        while take(0x20) {
            let start = position
            switch word() {
            case Word("BODY"): parameters.insert(.body)
            case Word("BINARY"): parameters.insert(.binary)
            case Word("BODYPARTSTRUCTURE"): parameters.insert(.structure)
            default: throw ParseError(at: start, expected: "BODY, BINARY or BODYPARTSTRUCTURE")
            }
        }
        // RFC 5524 §3.1: not both.
        if parameters.isSuperset(of: [.body, .binary]) { throw failure("BODY or BINARY") }
        try close()
        return URLFetchRequest(url, parameters)
    }
}

internal import Bytes

/// RFC 4467 §7: a URL without its authorization, and by what mechanism it is wanted.
package struct URLRequest: Hashable, Sendable {
    package var url: [UInt8]
    /// In upper case; `INTERNAL` is the only one there is.
    package var mechanism: [UInt8]
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
        var urls: [[UInt8]] = []
        repeat {
            urls.append(try stringArgument("a URL"))
            guard urls.count <= CommandCursor.mostURLs else { throw failure("fewer URLs") }
        } while hasArgument
        return .fetchURLs(urls)
    }
}

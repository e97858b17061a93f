// HTTPServer: HTTP/1.1 by its own decoder (docs/decisions/http1-decoder.md) and HTTP/2 by SwiftNIO's, over SwiftNIO's channels.
// It owns connections, framing, limits, time-outs, spooling of large request bodies, compression, ranges' bytes and
// back-pressure. It must not know what a method means: that is the responder's.
//
// The way of a request: event loop (head, body) -> one hop to a worker thread, which calls the responder -> event loop. What the
// responder can answer at once needs no hop, which takes longer than such an answer (docs/decisions/immediate-answers.md).
//
// Start reading here, then HTTPRequest.swift, HTTPResponse.swift and the channel handler.

/// What answers requests.
package protocol HTTPResponder: Sendable {
    /// How the body of a request is to be received. Called on the event loop: it must neither block nor allocate much.
    func bodyRule(for head: HTTPRequestHead) -> HTTPBodyRule

    /// Called on a worker thread before the body is read, where the client waits for it (`Expect: 100-continue`) or the
    /// body is announced as long: an answer here is given instead of taking the body.
    func refusal(of head: HTTPRequestHead) -> HTTPResponse?

    /// The answer to a request whose body is longer than its rule allows; nil: 413 alone. Called on the event loop.
    func answer(toTooLong head: HTTPRequestHead) -> HTTPResponse?

    /// An answer that takes well below a millisecond and waits for nobody, such as a redirection or one from memory; nil: `respond` is to be
    /// asked. Called on the event loop, with bodies of up to 16 KiB.
    func immediateAnswer(to request: HTTPRequest) -> HTTPResponse?

    /// Called on a worker thread; may block.
    func respond(to request: HTTPRequest) -> HTTPResponse
}

extension HTTPResponder {
    package func answer(toTooLong head: HTTPRequestHead) -> HTTPResponse? { nil }
    package func immediateAnswer(to request: HTTPRequest) -> HTTPResponse? { nil }
}

/// How a request's body is received; what is longer than the limit is answered 413, a gzip'ed or deflated one by its size when
/// inflated.
package enum HTTPBodyRule: Sendable {
    /// In memory, at most so many bytes.
    case collect(limit: Int)
    /// Into a file of the spool directory once it passes a size that fits into memory; at most so many bytes.
    case spool(limit: Int)
}

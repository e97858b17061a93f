import CollectionStore
import DAVGrammar
import Database
import HTTPServer
import XML

/// RFC 4918 §9.2: all of it, or nothing.
enum Proppatch {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let instructions = try ProppatchBody.parse(try exchange.bodyBytes()).instructions
        let outcome = try exchange.writeOrGiveUp { tx -> (Href, PropertyChange.Outcome) in
            let (location, resource) = try exchange.find(tx.read)
            try WriteGuard.checkProperties(location)
            try Conditional.check(tx.read, exchange, location)
            try LockGuard.check(tx.read, exchange, location, .content)
            if case .proxy(let proxy) = resource {
                return (location.href, try ProxyChange.apply(tx, exchange, instructions, to: proxy))
            }
            let target = try PropertyChange.Target(resource, location.access, href: location.href)
            let outcome = try PropertyChange.apply(tx, exchange.server, instructions, to: target, isCreation: false)
            if outcome.isSuccess { try target.recordChange(tx, instructions, now: exchange.now) }
            return (location.href, outcome)
        } unless: { !$0.1.isSuccess }
        // RFC 8144 §2.2: with return=minimal, success is told by the status alone.
        if outcome.1.isSuccess, exchange.preferences.isMinimal {
            return HTTPResponse(status: 200, headers: exchange.appliedPreferences)
        }
        return try MultistatusSource.response(exchange, parts: [FixedRows { _, out in
            out.open(.dav(.response))
            out.href(outcome.0)
            outcome.1.writePropstats(to: &out)
            out.close(.dav(.response))
        }])
    }
}

/// Ends a transaction whose result is one of failure.
private struct GivenUp: Error {}

extension Exchange {
    /// Runs `body` in a transaction that is undone where its result is one of failure, and gives the result all the same.
    func writeOrGiveUp<Result>(
        _ body: (borrowing WriteTransaction) throws -> Result, unless isFailure: (Result) -> Bool
    ) throws -> Result {
        var failed: Result?
        do {
            return try write { tx in
                let result = try body(tx)
                if isFailure(result) {
                    failed = result
                    throw GivenUp()
                }
                return result
            }
        } catch is GivenUp {
            guard let failed else { throw Failure(.serverBug, "given up without a result") }
            return failed
        }
    }
}

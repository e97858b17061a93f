import Calendars
import CollectionStore
import Contacts
import DAVGrammar
import Database
import Directory
import ForeignCalendars
package import HTTPServer
import ICalendar
import Logging
import XML

/// The way of every request: who asks, what method, and what became of it.
extension DAVServer: HTTPResponder {
    package func bodyRule(for head: HTTPRequestHead) -> HTTPBodyRule {
        guard head.method == "PUT" || head.method == "POST" else { return .collect(limit: configuration.maximumXMLSize) }
        if head.target.hasPrefix("/files/") { return .spool(limit: configuration.maximumFileSize) }
        // Likewise up to a point.
        if PostAttachment.isAsked(head) { return .spool(limit: 2 * configuration.maximumAttachmentSize) }
        // One byte more than an object may have: what is too large is told by its precondition, not by 413, up to a point.
        return .collect(limit: 2 * max(configuration.maximumCalendarObjectSize, configuration.maximumCardSize))
    }

    /// What one is told of a body that is a little too long is told of any: by the precondition of what it would become.
    package func answer(toTooLong head: HTTPRequestHead) -> HTTPResponse? {
        guard head.method == "PUT" || head.method == "POST" else { return nil }
        if PostAttachment.isAsked(head) { return PostAttachment.tooLarge(configuration.maximumAttachmentSize).response }
        if head.target.hasPrefix("/calendars/") {
            return Reply(CalendarRefusal.tooLarge(limit: configuration.maximumCalendarObjectSize)).response
        }
        if head.target.hasPrefix("/contacts/") { return Reply(CardRefusal.tooLarge(limit: configuration.maximumCardSize)).response }
        return nil
    }

    package func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        switch signIn(head) {
        case .principal: PostAttachment.refusal(of: head, limit: configuration.maximumAttachmentSize)?.response
        case .refused(let response): response
        }
    }

    /// Methods whose answer may be short: what of it is not says so (`Exchange.takesLong`).
    private static let quickMethods: Set = ["GET", "HEAD", "OPTIONS", "PROPFIND"]

    package func immediateAnswer(to request: HTTPRequest) -> HTTPResponse? {
        let head = request.head
        guard Self.quickMethods.contains(head.method), let path = try? RequestPath(head.target) else { return nil }
        switch path.segments.first {
        case ".well-known"?: return WellKnown.respond(path)
        case AttachmentURL.container?, GetFreeBusy.container?: return nil
        default: break
        }
        let response = try? database.withoutWaiting { () throws -> HTTPResponse? in
            // What is in another database a worker thread asks for.
            guard let principal = remembered(head), elsewhere == nil || principal.storage == nil else { return nil }
            var response = try answer(Exchange(request, path, of: principal, to: self))
            response.principal = principal.signInText
            return response
        }
        return response.flatMap { $0 }
    }

    package func respond(to request: HTTPRequest) -> HTTPResponse {
        let head = request.head
        if head.method == "OPTIONS", head.target == "*" { return Options.ofServer }
        let path: RequestPath
        do { path = try RequestPath(head.target) } catch { return Reply(.badRequest, "The URL: \(error)").response }
        if path.segments.first == ".well-known" { return WellKnown.respond(path) }
        let principal: Principal
        switch signIn(head) {
        case .principal(let found): principal = found
        case .refused(let response): return response
        }
        var response: HTTPResponse
        do {
            response = try (elsewhere?(principal) ?? self).answer(request, path, of: principal)
        } catch {
            response = failed(Exchange(request, path, of: principal, to: self), error)
        }
        response.principal = principal.signInText
        return response
    }

    private func answer(_ request: HTTPRequest, _ path: RequestPath, of principal: Principal) -> HTTPResponse {
        let exchange = Exchange(request, path, of: principal, to: self)
        do { return try answer(exchange) } catch { return failed(exchange, error) }
    }

    private func answer(_ exchange: Exchange) throws(WouldWait) -> HTTPResponse {
        guard let method = Method.named[exchange.head.method] else {
            return HTTPResponse(status: 501)
        }
        do {
            switch exchange.path.segments.first {
            case AttachmentURL.container?: return try GetAttachment.respond(exchange)
            case GetFreeBusy.container?: return try GetFreeBusy.respond(exchange)
            default: break
            }
            return try prepared(exchange, method)
        } catch let wait as WouldWait {
            throw wait
        } catch let reply as Reply {
            return Options.allowing(reply, exchange).response
        } catch let refusal as StoreRefusal {
            return Options.allowing(Reply(refusal, in: nil, at: Href()), exchange).response
        } catch let refusal as SubscriptionRefusal {
            return Reply(refusal).response
        } catch let refusal as CalendarRefusal {
            return Reply(refusal).response
        } catch let refusal as CardRefusal {
            return Reply(refusal).response
        } catch let error as RequestBodyError {
            return Reply(error).response
        } catch is CalendarLimitExceeded {
            return Reply(
                .insufficientStorage, condition: .dav(.numberOfMatchesWithinLimits), "The answer would be more than is worked out at once."
            ).response
        } catch {
            return failed(exchange, error)
        }
    }

    /// What one look at a home and one at those whom the body names may find missing.
    private static let mostPreparations = 3

    private func prepared(_ exchange: Exchange, _ method: Method) throws -> HTTPResponse {
        var exchange = exchange
        for _ in 0..<Self.mostPreparations {
            do {
                return try method.respond(exchange)
            } catch let preparation as any Preparation {
                try preparation.perform(exchange)
                exchange = Exchange(refreshed: exchange)
            }
        }
        return try method.respond(exchange)
    }

    private func failed(_ exchange: Exchange, _ error: any Error) -> HTTPResponse {
        logger.error("request failed", metadata: [
            "id": "\(exchange.head.id)", "method": "\(exchange.head.method)", "failure": "\(error)",
        ])
        if let failure = error as? Failure { return Reply(failure).response }
        return Reply(.internalServerError, "Something went wrong in the server.").response
    }
}

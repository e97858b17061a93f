import Bytes
import Wire

/// Fetches what a URL names, under a policy and limits.
package struct HTTPFetcher: Sendable {
    let policy: AddressPolicy
    let limits: FetchLimits
    let lookup: NameLookup
    let trust: ServerTrust
    /// RFC 9110 §10.1.5.
    let userAgent: String

    package init(
        userAgent: String, policy: AddressPolicy = AddressPolicy(), limits: FetchLimits = FetchLimits(),
        trust: ServerTrust = ServerTrust(), lookup: NameLookup = .system
    ) {
        self.policy = policy
        self.limits = limits
        self.lookup = lookup
        self.trust = trust
        self.userAgent = userAgent
    }

    package func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResult {
        do {
            return try await withThrowingTaskGroup(of: FetchResult?.self) { group in
                group.addTask { try await follow(request) }
                group.addTask {
                    try await Task.sleep(for: limits.totalTime)
                    return nil
                }
                defer { group.cancelAll() }
                guard let result = try await group.next() ?? nil else { throw FetchFailure.timedOut }
                return result
            }
        } catch let failure as FetchFailure {
            throw failure
        } catch {
            throw .noConnection(host: request.url.host, reason: "it was given up")
        }
    }

    /// RFC 9110 §15.4, by hand: each step is judged as the first one was.
    private func follow(_ request: FetchRequest) async throws(FetchFailure) -> FetchResult {
        var request = request
        for _ in 0...limits.redirects {
            let answer = try await exchange(request)
            switch answer.status {
            case 200:
                return result(of: answer, body: answer.body)
            case 304 where request.etag != nil || request.lastModified != nil:
                return result(of: answer, body: nil)
            case 301, 302, 303, 307, 308:
                request.url = try target(of: answer, from: request.url)
            default:
                throw .status(answer.status, retryAfter: answer.retryAfter)
            }
        }
        throw .tooManyRedirects(limit: limits.redirects)
    }

    private func exchange(_ request: FetchRequest) async throws(FetchFailure) -> HTTPAnswer {
        let host = request.url.host
        let found = try await lookup.run(host, within: limits.connectTime)
        let permitted = found.filter(policy.permits).prefix(limits.addresses)
        if permitted.isEmpty { throw .addressRefused(host: host) }
        var failure = FetchFailure.nameNotFound(host: host)
        for address in permitted {
            do throws(FetchFailure) {
                return try await HTTPExchange(fetcher: self, request: request, address: address).run()
            } catch {
                // Another address of the same name may be reachable; what a server answered counts.
                guard case .noConnection = error else { throw error }
                failure = error
            }
        }
        throw failure
    }

    private func target(of answer: HTTPAnswer, from url: HTTPURL) throws(FetchFailure) -> HTTPURL {
        guard let location = answer.location else { throw .badRedirect("without saying where to") }
        let target: HTTPURL
        do {
            target = try url.resolving(location)
        } catch {
            throw .badRedirect("to what is no URL to fetch from")
        }
        // What was asked in private is not asked in public.
        if url.scheme == .https, target.scheme == .http { throw .badRedirect("from https to http") }
        return target
    }

    private func result(of answer: HTTPAnswer, body: [UInt8]?) -> FetchResult {
        FetchResult(body: body, etag: answer.etag, lastModified: answer.lastModified, maximumAge: answer.maximumAge)
    }
}

/// By whom certificates of servers must be signed: by those that the machine trusts, and by these.
package struct ServerTrust: Sendable {
    /// A file of certificates in PEM; nil: none besides.
    package var additionalFile: String?

    package init(additionalFile: String? = nil) { self.additionalFile = additionalFile }
}

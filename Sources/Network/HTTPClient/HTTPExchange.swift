import AsyncHTTPClient
import Bytes
import Glibc
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL
import Wire

/// One request to one address that was checked.
///
/// A client of the library per exchange: only so can it be told which address a name has (`dnsOverride`), and no
/// connection outlives what it was made for.
struct HTTPExchange {
    let fetcher: HTTPFetcher
    let request: FetchRequest
    let address: IPAddress

    func run() async throws(FetchFailure) -> HTTPAnswer {
        let client = AsyncHTTPClient.HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        let outcome = await self.outcome(with: client)
        try? await client.shutdown()
        return try outcome.get()
    }

    private func outcome(with client: AsyncHTTPClient.HTTPClient) async -> Result<HTTPAnswer, FetchFailure> {
        do {
            let response = try await client.execute(message, timeout: TimeAmount(fetcher.limits.totalTime))
            return .success(try await read(response))
        } catch let failure as FetchFailure {
            return .failure(failure)
        } catch {
            return .failure(failure(error))
        }
    }

    private var configuration: AsyncHTTPClient.HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let file = fetcher.trust.additionalFile { tls.additionalTrustRoots = [.file(file)] }
        // Redirects are followed by whoever checks where they lead to.
        var configuration = AsyncHTTPClient.HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(fetcher.limits.connectTime), read: TimeAmount(fetcher.limits.totalTime)),
            decompression: .enabled(limit: .size(fetcher.limits.bodyBytes)))
        // The head of an answer in HTTP/1 has limits in the decoder, which HTTP/2's would need as well.
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        if IPAddress(request.url.host) == nil { configuration.dnsOverride = [request.url.host: "\(address)"] }
        return configuration
    }

    private var message: HTTPClientRequest {
        var message = HTTPClientRequest(url: request.url.description)
        message.headers = ["User-Agent": fetcher.userAgent, "Accept": request.accept, "Accept-Encoding": "gzip"]
        if let etag = request.etag { message.headers.add(name: "If-None-Match", value: etag) }
        if let date = request.lastModified { message.headers.add(name: "If-Modified-Since", value: date) }
        return message
    }

    private func read(_ response: HTTPClientResponse) async throws -> HTTPAnswer {
        let limits = fetcher.limits
        let headBytes = response.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        if headBytes > limits.headBytes { throw FetchFailure.badAnswer("its head is too long") }
        var answer = HTTPAnswer(status: Int(response.status.code), headers: response.headers, body: [])
        guard answer.status == 200 else { return answer }
        let coding = response.headers.first(name: "content-encoding").map { [UInt8]($0.utf8) } ?? []
        let isRead = coding.isEmpty || coding.equalsIgnoringASCIICase("identity") || coding.elementsEqual("gzip".utf8)
        guard isRead else { throw FetchFailure.badAnswer("it has a coding that was not asked for") }
        if let length = response.headers.first(name: "content-length").flatMap(Int.init), length > limits.bodyBytes {
            throw FetchFailure.tooLarge(limit: limits.bodyBytes)
        }
        for try await piece in response.body {
            if answer.body.count + piece.readableBytes > limits.bodyBytes {
                throw FetchFailure.tooLarge(limit: limits.bodyBytes)
            }
            answer.body.append(contentsOf: piece.readableBytesView)
        }
        return answer
    }

    private func failure(_ error: any Error) -> FetchFailure {
        let host = request.url.host
        switch error {
        case NIOHTTPDecompression.DecompressionError.limit: return .tooLarge(limit: fetcher.limits.bodyBytes)
        case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError:
            return .badAnswer("its gzip coding is broken")
        case is NIOSSLError, is NIOSSLExtraError: return .notTrusted(host: host)
        case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded: return .timedOut
        case let error as HTTPClientError where error == .connectTimeout:
            return .noConnection(host: host, reason: "it took too long")
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            return .badAnswer("the connection was closed within it")
        case is HTTPParserError: return .badAnswer("it is no HTTP")
        case let error as IOError: return .noConnection(host: host, reason: String(cString: strerror(error.errnoCode)))
        default: return .noConnection(host: host, reason: "it failed")
        }
    }
}

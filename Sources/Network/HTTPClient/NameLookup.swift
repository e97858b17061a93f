import Glibc
import NIOCore
import NIOPosix
package import Wire

/// The addresses of a host name. It may block for long, so it runs on a thread of its own.
package struct NameLookup: Sendable {
    private let addresses: @Sendable (String) -> [IPAddress]

    /// - Parameter addresses: none where the name has none.
    package init(_ addresses: @escaping @Sendable (String) -> [IPAddress]) { self.addresses = addresses }

    /// As the machine is set up: /etc/hosts, then the DNS.
    package static let system = NameLookup { host in
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var found: [IPAddress] = []
        var next = first
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let isNamed = getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            let numeric = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // One with a zone is link-local, and none for users.
            if isNamed, let address = IPAddress(numeric), !found.contains(address) { found.append(address) }
            next = entry.pointee.ai_next
        }
        return found
    }

    /// Throws `nameNotFound` where there are none, or not in time; a look-up that hangs is left to itself.
    func run(_ host: String, within time: Duration) async throws(FetchFailure) -> [IPAddress] {
        if let literal = IPAddress(host) { return [literal] }
        let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: [IPAddress].self)
        let timeout = promise.futureResult.eventLoop.scheduleTask(in: TimeAmount(time)) { promise.succeed([]) }
        let addresses = addresses
        NIOThreadPool.singleton.submit { state in promise.succeed(state == .active ? addresses(host) : []) }
        let found = (try? await promise.futureResult.get()) ?? []
        timeout.cancel()
        if found.isEmpty { throw .nameNotFound(host: host) }
        return found
    }
}

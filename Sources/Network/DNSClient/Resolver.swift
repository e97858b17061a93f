import Bytes
import CUnbound
import Dispatch
import Glibc
import Synchronization

/// Where a `Resolver` asks, and what it trusts.
package struct ResolverConfiguration: Sendable {
    /// `ADDRESS` or `ADDRESS@PORT` of name servers that are asked everything. Empty: those of `/etc/resolv.conf`.
    package var forwarders: [String]
    /// The longest that one lookup may take.
    package var timeout: Duration
    /// Files with the root's keys in zone file form; those that cannot be read are passed over.
    package var trustAnchorFiles: [String]
    /// Trust anchors themselves, each a DS or DNSKEY record in zone file form.
    package var trustAnchors: [String]

    package init(
        forwarders: [String] = [], timeout: Duration = .seconds(10),
        trustAnchorFiles: [String] = ["/usr/share/dns/root.key", "/var/lib/unbound/root.key"],
        trustAnchors: [String] = []
    ) {
        self.forwarders = forwarders
        self.timeout = timeout
        self.trustAnchorFiles = trustAnchorFiles
        self.trustAnchors = trustAnchors
    }
}

/// A resolver with a cache, for use from any number of threads.
///
/// libunbound works in a thread of its own and says on a descriptor that answers are there; one more thread here hands
/// them to those who wait. A lookup that is out of time is cancelled there and forgotten: libunbound guarantees that a
/// cancelled lookup's callback is never called, and says so where it already was, so the waiting object is released
/// exactly once.
package final class Resolver: DNSResolving {
    // ub_ctx is safe to use from several threads (libunbound(3)).
    private nonisolated(unsafe) let context: OpaquePointer
    private let thread: AnswerThread
    private let timeout: Duration
    private let hasTrustAnchor: Bool

    package init(_ configuration: ResolverConfiguration = ResolverConfiguration()) throws(ResolverError) {
        guard let context = ub_ctx_create() else { throw .unavailable("no memory or no descriptors for libunbound") }
        let thread: AnswerThread
        do throws(ResolverError) {
            hasTrustAnchor = try Self.configure(context, configuration)
            try Self.check(ub_ctx_async(context, 1))
            thread = try AnswerThread(context)
        } catch {
            ub_ctx_delete(context)
            throw error
        }
        self.context = context
        self.thread = thread
        timeout = configuration.timeout
    }

    deinit {
        thread.stop()
        ub_ctx_delete(context)
    }

    package func lookup(_ name: DomainName, _ type: DNSRecordType) throws(ResolverError) -> DNSAnswer {
        let waiter = Waiter(name: name, type: type, hasTrustAnchor: hasTrustAnchor)
        let retained = Unmanaged.passRetained(waiter)
        var id: Int32 = 0
        let code = ub_resolve_async(
            context, name.description, Int32(type.rawValue), 1, retained.toOpaque(),
            { argument, error, result in
                guard let argument else { return }
                let waiter = Unmanaged<Waiter>.fromOpaque(argument).takeRetainedValue()
                waiter.finish(error, result)
                ub_resolve_free(result)
            }, &id)
        guard code == 0 else {
            retained.release()
            throw .unavailable(Self.message(code))
        }
        let milliseconds = Self.milliseconds(timeout)
        if let outcome = waiter.wait(milliseconds) { return try outcome.get() }
        if ub_cancel(context, id) == 0 { retained.release() }
        throw .timedOut(name: name.description, milliseconds: milliseconds)
    }

    /// Returns whether there is a trust anchor.
    private static func configure(
        _ context: OpaquePointer, _ configuration: ResolverConfiguration
    ) throws(ResolverError) -> Bool {
        // A local forwarder (systemd-resolved, a name server of the same machine) is as good as any other.
        try check(ub_ctx_set_option(context, "do-not-query-localhost:", "no"))
        if configuration.forwarders.isEmpty {
            try check(ub_ctx_resolvconf(context, nil))
        } else {
            for forwarder in configuration.forwarders {
                guard ub_ctx_set_fwd(context, forwarder) == 0 else {
                    throw .unavailable("\"\(forwarder)\" is no name server: expected ADDRESS or ADDRESS@PORT")
                }
            }
        }
        var hasTrustAnchor = false
        for file in configuration.trustAnchorFiles where !hasTrustAnchor && access(file, R_OK) == 0 {
            try check(ub_ctx_add_ta_file(context, file))
            hasTrustAnchor = true
        }
        for anchor in configuration.trustAnchors {
            try check(ub_ctx_add_ta(context, anchor))
            hasTrustAnchor = true
        }
        return hasTrustAnchor
    }

    private static func check(_ code: Int32) throws(ResolverError) {
        if code != 0 { throw .unavailable(message(code)) }
    }

    static func message(_ code: Int32) -> String {
        guard let text = ub_strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(min(max(seconds, 0), 86_400)) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}

/// One lookup under way.
private final class Waiter: Sendable {
    private let name: DomainName
    private let type: DNSRecordType
    private let hasTrustAnchor: Bool
    private let outcome = Mutex<Result<DNSAnswer, ResolverError>?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    init(name: DomainName, type: DNSRecordType, hasTrustAnchor: Bool) {
        self.name = name
        self.type = type
        self.hasTrustAnchor = hasTrustAnchor
    }

    /// Nil where the time is up.
    func wait(_ milliseconds: Int) -> Result<DNSAnswer, ResolverError>? {
        guard semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
        return outcome.withLock { $0 }
    }

    func finish(_ error: Int32, _ result: UnsafeMutablePointer<ub_result>?) {
        let answer: Result<DNSAnswer, ResolverError>
        if error != 0 {
            answer = .failure(.unavailable(Resolver.message(error)))
        } else if let result {
            answer = Result { () throws(ResolverError) in try read(result.pointee) }
        } else {
            answer = .failure(.unavailable("libunbound gave no result"))
        }
        outcome.withLock { $0 = answer }
        semaphore.signal()
    }

    private func read(_ result: ub_result) throws(ResolverError) -> DNSAnswer {
        if result.bogus != 0 {
            let reason = result.why_bogus.map { String(cString: $0) } ?? "the signatures do not match"
            throw .bogus(name: name.description, reason: reason)
        }
        // RFC 1035 §4.1.1: 0 is no error, 3 that the name does not exist.
        guard result.rcode == 0 || result.rcode == 3 else {
            throw .refused(name: name.description, code: Int(result.rcode))
        }
        var records: [DNSRecordData] = []
        do throws(ParseError) {
            var index = 0
            while result.havedata != 0, let item = result.data?[index], let length = result.len?[index] {
                let bytes = UnsafeRawBufferPointer(start: item, count: Int(max(length, 0)))
                records.append(try DNSRecordData(type, [UInt8](bytes)))
                index += 1
            }
        } catch {
            throw .malformed(name: name.description, error)
        }
        return DNSAnswer(
            records: records, nameExists: result.nxdomain == 0,
            canonicalName: result.canonname.flatMap { try? DomainName(String(cString: $0)) },
            security: result.secure != 0 ? .secure : hasTrustAnchor ? .insecure : .unchecked,
            secondsToLive: Int(max(result.ttl, 0)))
    }
}

/// The thread that hands answers to those who wait.
private final class AnswerThread: @unchecked Sendable {
    // All is set in init and only read after it; `stop` is called once, by the resolver's deinit.
    private let context: OpaquePointer
    private let stopReader: Int32
    private let stopWriter: Int32
    private var thread = pthread_t()

    init(_ context: OpaquePointer) throws(ResolverError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .unavailable("no descriptors for the resolver's thread") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        self.context = context
        (stopReader, stopWriter) = (ends[0], ends[1])
        let retained = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<AnswerThread>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            retained.release()
            close(stopReader)
            close(stopWriter)
            throw .unavailable("no thread for the resolver: error \(code)")
        }
    }

    func stop() {
        close(stopWriter)
        pthread_join(thread, nil)
        close(stopReader)
    }

    private func run() {
        var descriptors = [
            pollfd(fd: ub_fd(context), events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopReader, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let count = poll(&descriptors, 2, -1)
            if count < 0 && errno != EINTR { return }
            if descriptors[1].revents != 0 { return }
            if descriptors[0].revents != 0 && ub_process(context) != 0 { return }
        }
    }
}

import Bytes
import DNSClient
import Dispatch
import Glibc
import Testing

@Suite struct ResolverTests {
    private static func resolver(_ server: NameServer, timeout: Duration = .seconds(20)) throws -> Resolver {
        try Resolver(ResolverConfiguration(forwarders: [server.forwarder], timeout: timeout, trustAnchorFiles: []))
    }

    @Test("each record type is looked up")
    func looksUp() throws {
        let server = try NameServer([
            "_caldavs._tcp.example.org.": [
                .init(type: 33, data: [0, 0, 0, 1, 0x20, 0xFB] + wire("dav.example.org")),
                .init(type: 16, data: [6] + Array("path=/".utf8)),
            ],
            "dav.example.org.": [
                .init(type: 1, data: [192, 0, 2, 7]), .init(type: 1, data: [192, 0, 2, 8]),
                .init(type: 28, data: [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [7]),
            ],
            "example.org.": [.init(type: 15, data: [0, 10] + wire("mail.example.org"))],
            "www.example.org.": [.init(type: 5, data: wire("dav.example.org"))],
        ])
        defer { server.stop() }
        let resolver = try Self.resolver(server)
        func texts(_ name: String, _ type: DNSRecordType) throws -> [String] {
            try resolver.lookup(DomainName(name), type).records.map(\.description).sorted()
        }
        #expect(try texts("_caldavs._tcp.example.org", .srv) == ["0 1 8443 dav.example.org."])
        #expect(try texts("_caldavs._tcp.example.org", .txt) == [#""path=/""#])
        #expect(try texts("dav.example.org", .a) == ["192.0.2.7", "192.0.2.8"])
        #expect(try texts("dav.example.org", .aaaa) == ["2001:db8::7"])
        #expect(try texts("example.org", .mx) == ["10 mail.example.org."])
        #expect(try texts("www.example.org", .cname) == ["dav.example.org."])
        let answer = try resolver.lookup(DomainName("dav.example.org"), .a)
        #expect(answer.security == .unchecked)
        #expect(answer.secondsToLive > 0 && answer.secondsToLive <= 3_600)
    }

    @Test("a name without the record, and a name that is not there, are told apart")
    func tellsApart() throws {
        let server = try NameServer(["dav.example.org.": [.init(type: 1, data: [192, 0, 2, 7])]])
        defer { server.stop() }
        let resolver = try Self.resolver(server)
        let noData = try resolver.lookup(DomainName("dav.example.org"), .txt)
        #expect(noData.records.isEmpty && noData.nameExists)
        let noName = try resolver.lookup(DomainName("nothing.example.org"), .txt)
        #expect(noName.records.isEmpty && !noName.nameExists)
    }

    @Test("an answer is kept for the next question")
    func caches() throws {
        let server = try NameServer(["dav.example.org.": [.init(type: 1, data: [192, 0, 2, 7])]])
        defer { server.stop() }
        let resolver = try Self.resolver(server)
        for _ in 0..<5 { _ = try resolver.lookup(DomainName("dav.example.org"), .a) }
        #expect(server.questions.count { $0 == "dav.example.org. 1" } == 1)
    }

    @Test("a refusal of the name server is an error with its code")
    func refuses() throws {
        let server = try NameServer([:], .refuses)
        defer { server.stop() }
        let resolver = try Self.resolver(server)
        #expect {
            try resolver.lookup(DomainName("dav.example.org"), .a)
        } throws: { error in
            // libunbound turns REFUSED of all its servers into SERVFAIL.
            guard case ResolverError.refused(name: "dav.example.org.", code: let code) = error else { return false }
            return code == 2 || code == 5
        }
    }

    @Test("a name server that does not answer costs the time that is set, and not more")
    func timesOut() throws {
        let server = try NameServer([:], .isSilent)
        defer { server.stop() }
        let resolver = try Self.resolver(server, timeout: .milliseconds(150))
        let clock = ContinuousClock()
        let start = clock.now
        #expect(throws: ResolverError.timedOut(name: "dav.example.org.", milliseconds: 150)) {
            try resolver.lookup(DomainName("dav.example.org"), .a)
        }
        #expect(clock.now - start >= .milliseconds(150))
        #expect(clock.now - start < .seconds(20))
        #expect(server.questions.contains("dav.example.org. 1"))
    }

    @Test("record data that break their grammar are an error of the lookup")
    func malformed() throws {
        let server = try NameServer(["bad.example.org.": [.init(type: 16, data: [9, 0x61])]])
        defer { server.stop() }
        let resolver = try Self.resolver(server)
        #expect {
            try resolver.lookup(DomainName("bad.example.org"), .txt)
        } throws: { error in
            switch error as? ResolverError {
            case .malformed, .refused: true  // libunbound may refuse the whole packet itself
            default: false
            }
        }
    }

    @Test("many threads ask at once, and each gets its own answer")
    func isConcurrent() throws {
        var table: [String: [NameServer.Record]] = [:]
        for number in 0..<100 { table["h\(number).example.org."] = [.init(type: 1, data: [192, 0, 2, UInt8(number)])] }
        let server = try NameServer(table)
        defer { server.stop() }
        let resolver = try Self.resolver(server)
        let names = try (0..<100).map { try DomainName("h\($0).example.org") }
        DispatchQueue.concurrentPerform(iterations: 100) { number in
            let answer = try? resolver.lookup(names[number], .a)
            #expect(answer?.records == [.a("192.0.2.\(number)")])
        }
    }

    @Test("resolvers come and go without leaving threads or descriptors")
    func cleansUp() throws {
        let server = try NameServer([:], .isSilent)
        defer { server.stop() }
        for _ in 0..<20 {
            let resolver = try Self.resolver(server, timeout: .milliseconds(1))
            #expect(throws: ResolverError.self) { try resolver.lookup(DomainName("dav.example.org"), .a) }
        }
    }

    @Test("a forwarder that is no address is refused at once")
    func refusesForwarder() {
        #expect(throws: ResolverError.self) { try Resolver(ResolverConfiguration(forwarders: ["not an address"])) }
    }
}

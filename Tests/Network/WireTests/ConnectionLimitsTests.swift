import Testing
import Wire

@Suite struct ConnectionLimitsTests {
    private let one = IPAddress("192.0.2.1")
    private let two = IPAddress("192.0.2.2")

    @Test("a connection above an address's limit is refused until one of its own closes")
    func perAddress() throws {
        let (one, two) = (try #require(one), try #require(two))
        let limits = ConnectionLimits(total: 10, perAddress: 2)
        #expect(limits.admit(one))
        #expect(limits.admit(one))
        #expect(!limits.admit(one))
        #expect(limits.admit(two))
        limits.release(two)
        #expect(!limits.admit(one))
        limits.release(one)
        #expect(limits.admit(one))
        #expect(limits.open == 2)
    }

    @Test("the total holds for all, and a refusal is not counted")
    func total() throws {
        let (one, two) = (try #require(one), try #require(two))
        let limits = ConnectionLimits(total: 2, perAddress: 2)
        #expect(limits.admit(one))
        #expect(limits.admit(two))
        #expect(!limits.admit(two))
        limits.release(one)
        #expect(limits.admit(two))
        #expect(limits.open == 2)
        limits.release(two)
        limits.release(two)
        #expect(limits.open == 0)
        #expect(limits.admit(one))
    }

    @Test("addresses of one IPv6 /64 share a limit")
    func subscriber() throws {
        let limits = ConnectionLimits(total: 10, perAddress: 1)
        #expect(limits.admit(try #require(IPAddress("2001:db8::1"))))
        #expect(!limits.admit(try #require(IPAddress("2001:db8::2"))))
        #expect(limits.admit(try #require(IPAddress("2001:db8:0:1::1"))))
    }

    @Test("a proxy has no limit of its own")
    func exempt() throws {
        let limits = ConnectionLimits(total: 3, perAddress: 1, exempt: [try #require(AddressRange("192.0.2.0/24"))])
        let one = try #require(one)
        #expect(limits.admit(one))
        #expect(limits.admit(one))
        #expect(limits.admit(one))
        #expect(!limits.admit(one))
    }
}

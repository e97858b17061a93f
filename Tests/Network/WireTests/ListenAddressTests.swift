import Testing
import Wire

@Suite struct ListenAddressTests {
    @Test(
        "addresses with a port are taken and written alike",
        arguments: [
            ("127.0.0.1:8443", "127.0.0.1", 8443), ("[::1]:80", "::1", 80), ("localhost:0", "localhost", 0),
            ("*:443", nil, 443),
            ("[::]:443", "::", 443),
        ] as [(String, String?, Int)])
    func parse(_ text: String, _ host: String?, _ port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
        #expect(ListenAddress(text)?.description == text)
    }

    @Test(
        "what lacks a port or a host is refused",
        arguments: [
            "127.0.0.1", ":80", "::1:80", "host:65536", "host:-1", "host:http", "[x]:80", "", "[]:80",
        ])
    func refused(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }
}

import HTTPServer

extension DiscoveryServer {
    /// The later form, by which Outlook looks for Exchange: it is told where the older one is, and that all else is not here. The
    /// address in the path is not looked at.
    func autodiscoverJSON(_ query: DiscoveryQuery) -> HTTPResponse {
        guard let wanted = query.value("protocol"), !wanted.isEmpty else {
            return Self.problem("MandatoryParameterMissing", "A valid value must be provided for the query parameter 'Protocol'.")
        }
        guard wanted.lowercased() == "autodiscoverv1", let url = places.url(DiscoveryRequest.autodiscoverPath) else {
            return Self.problem("InvalidProtocol", "This protocol is not served here. Supported: 'AutodiscoverV1'.")
        }
        return Self.answer([UInt8](#"{"Protocol":"AutodiscoverV1","Url":"\#(url)"}"#.utf8), type: "application/json")
    }

    /// Nothing of what the client sent stands in it.
    private static func problem(_ code: String, _ message: String) -> HTTPResponse {
        HTTPResponse(
            status: 400, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
            body: .bytes([UInt8](#"{"ErrorCode":"\#(code)","ErrorMessage":"\#(message)"}"#.utf8)))
    }
}

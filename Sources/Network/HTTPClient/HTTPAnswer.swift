import Bytes
import NIOHTTP1

/// The answer of one server to one request.
struct HTTPAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    /// Empty where the status says that nobody needs it.
    var body: [UInt8]

    /// A validator longer than that is none that one would keep.
    private static let longestValidator = 1024

    var location: String? { headers.first(name: "location") }
    var etag: String? { validator("etag") }
    var lastModified: String? { validator("last-modified") }

    private func validator(_ name: String) -> String? {
        headers.first(name: name).flatMap { $0.utf8.count <= Self.longestValidator && !$0.isEmpty ? $0 : nil }
    }

    /// RFC 9111 §5.2.2.1; nil where there is none, or the answer is not to be kept at all (§5.2.2.4, §5.2.2.5).
    var maximumAge: Int? {
        var age: Int?
        for directive in headers["cache-control"].flatMap({ $0.utf8.split(separator: 0x2C) }) {
            let parts = directive.split(separator: 0x3D, maxSplits: 1).map { Array(Array($0).trimmingASCIIWhitespace) }
            guard let name = parts.first else { continue }
            if name.equalsIgnoringASCIICase("no-store") || name.equalsIgnoringASCIICase("no-cache") { return nil }
            if name.equalsIgnoringASCIICase("max-age"), parts.count == 2 {
                age = age ?? parts[1].filter { $0 != 0x22 }.decimalValue
            }
        }
        return age
    }

    /// RFC 9110 §10.2.3 in its form with seconds; a date says no more than the own rules.
    var retryAfter: Int? { headers.first(name: "retry-after").flatMap { [UInt8]($0.utf8).decimalValue } }
}

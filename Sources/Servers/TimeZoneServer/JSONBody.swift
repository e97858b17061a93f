import FoundationEssentials
import HTTPServer

/// A value as the JSON body of an answer.
enum JSONBody {
    static func bytes(of value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only numbers that are none can fail, and there are none.
        return (try? encoder.encode(value)).map { [UInt8]($0) } ?? []
    }

    static func response(_ value: some Encodable, _ etag: EntityTag? = nil) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [("Content-Type", "application/json"), ("Cache-Control", "max-age=3600")] + (etag.map { [("ETag", $0.field)] } ?? []),
            body: .bytes(bytes(of: value)), isCompressible: true)
    }
}

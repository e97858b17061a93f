import Bytes

/// The parameters of a free-busy URL, as the Calendaring and Scheduling Consortium named them: `start` and `end`, or `start` and
/// `period`. All may be missing.
package struct FreeBusyURLQuery: Equatable, Sendable {
    /// As they stand there, decoded.
    package var start: [UInt8]?
    package var end: [UInt8]?
    package var period: [UInt8]?

    /// Nil where one is there twice, or cannot be read.
    package init?(_ query: String?) {
        for item in (query ?? "").utf8.split(separator: 0x26) {
            let name = item.prefix { $0 != 0x3D }
            guard let parameter = Self.parameters[String(decoding: name, as: UTF8.self)] else { continue }
            guard let value = PercentCoding.decode(item.dropFirst(name.count + 1)), value.count <= 64, self[keyPath: parameter] == nil else {
                return nil
            }
            self[keyPath: parameter] = value
        }
    }

    private static var parameters: [String: WritableKeyPath<FreeBusyURLQuery, [UInt8]?>] {
        ["start": \.start, "end": \.end, "period": \.period]
    }
}

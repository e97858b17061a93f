import Bytes

/// Which media types a client would have (RFC 9110 §12.5.1).
package struct Accept: Sendable {
    private struct Range {
        var type: String
        var subtype: String
        /// Without `q`.
        var parameters: [String: String] = [:]
        var quality = 1.0
    }

    /// More than this says nobody who means well.
    private static let maximumCount = 32
    private let ranges: [Range]

    /// Nil where nothing is said, or nothing that is understood: everything will do.
    package init?(_ header: String?) {
        guard let header else { return nil }
        var ranges: [Range] = []
        for item in header.split(separator: ",").prefix(Self.maximumCount) {
            let parts = item.lowercased().split(separator: ";").map { Self.trimmed($0) }
            guard let names = parts.first?.split(separator: "/"), names.count == 2 else { continue }
            var range = Range(type: String(names[0]), subtype: String(names[1]))
            for part in parts.dropFirst() {
                guard let equals = part.firstIndex(of: "=") else { continue }
                let name = Self.trimmed(part[..<equals])
                let value = Self.trimmed(part[part.index(after: equals)...]).filter { $0 != "\"" }
                if name == "q" {
                    range.quality = min(1, max(0, Double(value) ?? 1))
                    break
                }
                range.parameters[name] = value
            }
            ranges.append(range)
        }
        if ranges.isEmpty { return nil }
        self.ranges = ranges
    }

    /// How much a representation is wanted: 0 for not at all, 1 at most. The range that says most of it counts.
    package func quality(of mediaType: String, _ parameters: [String: String] = [:]) -> Double {
        let names = mediaType.split(separator: "/")
        guard names.count == 2 else { return 0 }
        var best: (precision: Int, quality: Double) = (-1, 0)
        for range in ranges {
            guard range.type == "*" || range.type == names[0], range.subtype == "*" || range.subtype == names[1] else { continue }
            // A parameter that the representation does not have, such as charset, excludes nothing.
            guard range.parameters.allSatisfy({ parameters[$0.key] == nil || parameters[$0.key] == $0.value }) else { continue }
            let named = range.parameters.count { parameters[$0.key] != nil }
            let precision = (range.type == "*" ? 0 : 1) + (range.subtype == "*" ? 0 : 1) + named
            if precision > best.precision { best = (precision, range.quality) }
        }
        return best.quality
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        String(utf8: ArraySlice(text.utf8).trimmingASCIIWhitespace)
    }
}

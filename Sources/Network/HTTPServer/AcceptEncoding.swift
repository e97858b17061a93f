import Bytes

/// Whether a client takes gzip, by its `Accept-Encoding` (RFC 9110 §12.5.3).
enum AcceptEncoding {
    static func allowsGzip(_ field: String?) -> Bool {
        // Without the field any coding may be sent, but clients that do not send it rarely expect one.
        guard let field else { return false }
        var others: Bool?
        for element in field.utf8.split(separator: 0x2C) {
            let parts = element.split(separator: 0x3B)
            guard let name = parts.first.map({ Array($0).trimmingASCIIWhitespace }) else { continue }
            let isAllowed = parts.dropFirst().allSatisfy { !isZeroWeight(Array($0).trimmingASCIIWhitespace) }
            if name.equalsIgnoringASCIICase("gzip") || name.equalsIgnoringASCIICase("x-gzip") { return isAllowed }
            if name.elementsEqual("*".utf8) { others = isAllowed }
        }
        return others ?? false
    }

    /// RFC 9110 §12.4.2: `q=0`, `q=0.000`.
    private static func isZeroWeight(_ parameter: ArraySlice<UInt8>) -> Bool {
        guard parameter.count >= 3, parameter.prefix(2).equalsIgnoringASCIICase("q=") else { return false }
        return parameter.dropFirst(2).allSatisfy { $0 == 0x30 || $0 == 0x2E }
    }
}

import Bytes
import ContentLines

/// TEL, GEO and TZ: text, numbers and offsets in version 3.0, URIs and other forms of them in 4.0.
enum CardPlaces {
    // MARK: Telephones

    static func telephoneToVersion4(_ line: inout CardLine) {
        line.removeValueType("text", "phone-number")
        if line.restore(number) { line.setParameter("VALUE", "uri") }
    }

    static func telephoneToVersion3(_ line: inout CardLine) {
        guard line.valueType == "uri" else { line.removeValueType("text"); return }
        guard let number = number(line.value) else { return }
        line.removeParameter("VALUE")
        if number.elementsEqual(line.value.dropFirst(4)) { line.value = number[...] } else { line.reduce(to: number) }
    }

    /// RFC 3966: the number of a `tel:` URI as people write it.
    private static func number(_ uri: ArraySlice<UInt8>) -> [UInt8]? {
        guard URIText.hasScheme(uri, "tel") else { return nil }
        let parts = uri.dropFirst(4).split(separator: 0x3B)
        guard let first = parts.first, let number = PercentCoding.decode(first), !number.isEmpty else { return nil }
        var out: [UInt8] = []
        TextValue.appendEscaped(number, to: &out)
        for part in parts.dropFirst() where part.prefix(4).equalsIgnoringASCIICase("ext=") {
            out.append(" ext. ")
            TextValue.appendEscaped(PercentCoding.decode(part.dropFirst(4)) ?? Array(part.dropFirst(4)), to: &out)
        }
        return out
    }

    // MARK: Places

    static func geoToVersion4(_ line: inout CardLine) {
        line.removeValueType("uri")
        if line.restore(coordinates) { return }
        if let uri = geo(line.value) { line.value = uri[...] }
    }

    static func geoToVersion3(_ line: inout CardLine) {
        guard let coordinates = coordinates(line.value) else {
            line.rename("X-GEO")
            return
        }
        line.removeValueType("uri")
        if geo(coordinates[...]).map({ $0.elementsEqual(line.value) }) == true {
            line.value = coordinates[...]
        } else {
            line.reduce(to: coordinates)
        }
    }

    /// RFC 2426 §3.4.2 to RFC 5870; nil for what is no pair of numbers.
    static func geo(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = value.split(separator: 0x3B, omittingEmptySubsequences: false).map(\.trimmingASCIIWhitespace)
        guard parts.count == 2, parts.allSatisfy(isNumber), let latitude = parts.first, let longitude = parts.last else {
            return nil
        }
        return "geo:".utf8 + latitude + [0x2C] + longitude
    }

    /// RFC 5870 to RFC 2426 §3.4.2.
    private static func coordinates(_ uri: ArraySlice<UInt8>) -> [UInt8]? {
        guard URIText.hasScheme(uri, "geo") else { return nil }
        let parts = uri.dropFirst(4).prefix { $0 != 0x3B }.split(separator: 0x2C, omittingEmptySubsequences: false)
        guard 2...3 ~= parts.count, parts.allSatisfy(isNumber), let latitude = parts.first,
            let longitude = parts.dropFirst().first
        else { return nil }
        return latitude + [0x3B] + longitude
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        let digits = text.first == 0x2D || text.first == 0x2B ? text.dropFirst() : text
        return digits.contains(where: \.isASCIIDigit) && digits.allSatisfy { $0.isASCIIDigit || $0 == 0x2E }
            && digits.count { $0 == 0x2E } <= 1
    }

    // MARK: Zones

    /// RFC 2426 §3.4.1: an offset unless it says that it is text; RFC 6350 §6.5.1: text unless it says that it is an offset.
    static func zoneToVersion4(_ line: inout CardLine) {
        if line.valueType == "text" { line.removeParameter("VALUE"); return }
        guard line.valueType == nil || line.valueType == "utc-offset",
            let digits = offset(line.value.trimmingASCIIWhitespace) else { return }
        line.setParameter("VALUE", "utc-offset")
        line.value = digits[...]
    }

    static func zoneToVersion3(_ line: inout CardLine) {
        if line.valueType == nil || line.valueType == "utc-offset",
            let digits = offset(line.value.trimmingASCIIWhitespace) {
            line.removeParameter("VALUE")
            let minutes = digits.count == 5 ? digits.suffix(2) : [0x30, 0x30]
            line.value = digits.prefix(3) + [0x3A] + minutes
        } else if line.valueType == nil {
            line.setParameter("VALUE", "text")
        }
    }

    /// A sign and two or four digits.
    private static func offset(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        guard let sign = value.first, sign == 0x2B || sign == 0x2D else { return nil }
        let digits = value.dropFirst().filter { $0 != 0x3A }
        guard digits.count == 2 || digits.count == 4, digits.allSatisfy(\.isASCIIDigit) else { return nil }
        return [sign] + digits
    }
}

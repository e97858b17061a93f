import Bytes

/// PHOTO, LOGO, SOUND and KEY: RFC 2426 §2.4.2 writes bytes with ENCODING=b and their format in TYPE, RFC 6350 §6.2.4 as a
/// `data:` URI. The base64 text itself is the same in both, so bytes stay what they are.
enum CardMedia {
    static func toVersion4(_ line: inout CardLine) {
        let encoding = line.parameter("ENCODING")?.lowercased()
        if encoding == "b" || encoding == "base64" {
            let base64 = line.value.filter { !$0.isASCIIWhitespace }
            guard base64.allSatisfy(isBase64) else { return }
            let mediaType = takeMediaType(of: &line) ?? sniffed(base64[...]) ?? "application/octet-stream"
            line.removeParameter("ENCODING")
            line.removeParameter("VALUE")
            var uri = [UInt8]("data:".utf8)
            uri.reserveCapacity(base64.count + 64)
            uri.append(mediaType)
            uri.append(";base64,")
            uri.append(contentsOf: base64)
            line.value = uri[...]
        } else if line.valueType == "uri" || line.valueType == "url" || URIText.hasScheme(line.value) {
            line.removeValueType("uri", "url")
            let uri = plain(line.value)
            if URIText.hasScheme(uri, "data") {
                line.value = uri
                return
            }
            if let mediaType = takeMediaType(of: &line) { line.setParameter("MEDIATYPE", mediaType) }
        } else if line.name == "KEY" {
            // RFC 6350 §6.8.1: a URI unless it says that it is text.
            line.setParameter("VALUE", "text")
        }
    }

    static func toVersion3(_ line: inout CardLine) {
        if line.valueType == "text" { return }
        if let (mediaType, base64) = dataURI(line.value) {
            line.removeParameter("VALUE")
            line.setParameter("ENCODING", "b")
            setFormat(of: &line, mediaType)
            line.value = base64
        } else {
            line.setParameter("VALUE", "uri")
            if let mediaType = line.parameter("MEDIATYPE") {
                line.removeParameter("MEDIATYPE")
                setFormat(of: &line, mediaType)
            }
        }
    }

    /// A URI without the backslashes that some write into it, as if it were text.
    private static func plain(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> { value.contains(0x5C) ? URIText.unescaped(value) : value }

    /// RFC 2397
    private static func dataURI(_ value: ArraySlice<UInt8>) -> (mediaType: String, base64: ArraySlice<UInt8>)? {
        let value = plain(value)
        guard URIText.hasScheme(value, "data"), let comma = value.firstIndex(of: 0x2C) else { return nil }
        let head = String(utf8: value[(value.startIndex + 5)..<comma])
        let content = value[(comma + 1)...]
        let marker = ";base64"
        if head.lowercased().hasSuffix(marker) {
            let text = content.contains(0x25) ? PercentCoding.decode(content).map { $0[...] } ?? content : content
            let base64 = text.contains(where: \.isASCIIWhitespace) ? text.filter { !$0.isASCIIWhitespace }[...] : text
            return base64.allSatisfy(isBase64) ? (String(head.dropLast(marker.count)), base64) : nil
        }
        guard let bytes = PercentCoding.decode(content) else { return nil }
        return (head, Base64.encode(bytes)[...])
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == 0x2B || byte == 0x2F || byte == 0x3D
    }

    // MARK: Formats

    /// RFC 2426 §3.1.4, §3.6.6 and §3.7.2 name formats by a word; what is no such word is a type of use.
    private static let uses: Set<String> = ["home", "work", "pref"]
    private static let keys = [("PGP", "application/pgp-keys"), ("X509", "application/pkix-cert")]
    private static let octets = "application/octet-stream"

    private static func takeMediaType(of line: inout CardLine) -> String? {
        let format = line.types.first { !uses.contains($0.lowercased()) }
        let named = line.parameter("MEDIATYPE")
        line.removeParameter("MEDIATYPE")
        if let format { line.removeType(format.lowercased()) }
        return named ?? format.map { mediaType(ofFormat: $0, in: line.name) }
    }

    private static func mediaType(ofFormat format: String, in name: String) -> String {
        let lowercased = format.lowercased()
        if format.contains("/") { return lowercased }
        switch name {
        case "SOUND": return "audio/" + lowercased
        case "KEY": return keys.first { $0.0.lowercased() == lowercased }?.1 ?? "application/" + lowercased
        default: return lowercased == "jpg" ? "image/jpeg" : "image/" + lowercased
        }
    }

    private static func setFormat(of line: inout CardLine, _ mediaType: String) {
        let plain = String(mediaType.prefix { $0 != ";" })
        let lowercased = plain.lowercased()
        let prefix = line.name == "SOUND" ? "audio/" : line.name == "KEY" ? "application/" : "image/"
        // Parameters of the media type have no place in TYPE.
        if plain != mediaType { line.setParameter("MEDIATYPE", mediaType) }
        if plain.isEmpty || lowercased == octets { return }
        let word = line.name == "KEY" ? keys.first { $0.1 == lowercased }?.0 : nil
        let isOfKind = lowercased.hasPrefix(prefix) && lowercased.count > prefix.count
        line.setTypes(line.types + [word ?? (isOfKind ? String(lowercased.dropFirst(prefix.count)).uppercased() : lowercased)])
    }

    /// By what the first bytes are in base64.
    private static func sniffed(_ base64: ArraySlice<UInt8>) -> String? {
        let known = [("/9j/", "image/jpeg"), ("iVBORw0KGg", "image/png"), ("R0lGOD", "image/gif"), ("PHN2Zy", "image/svg+xml")]
        return known.first { base64.starts(with: $0.0.utf8) }?.1
    }
}

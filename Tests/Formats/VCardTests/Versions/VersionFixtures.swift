import Bytes
import ContentLines
import VCard

/// The one card in the bytes.
func onlyCard(_ bytes: [UInt8]) throws -> Component { try AddressObjectResource.validate(bytes).card }

/// The lines of the card in version 4.0, unfolded, without BEGIN, VERSION, UID, FN, N and END.
func toVersion4(_ lines: [String]) throws -> [String] {
    own(VCardVersions.version4(of: try onlyCard(card(["UID;VALUE=text:1", "FN:A", "N:A;;;;"] + lines))))
}

/// The lines of the card in version 3.0, unfolded, without BEGIN, VERSION, UID, FN, N and END.
func toVersion3(_ lines: [String]) throws -> [String] {
    own(VCardVersions.version3(of: try onlyCard(card(["UID:urn:1", "FN:A", "N:A;;;;"] + lines, version: "4.0"))))
}

private func own(_ bytes: [UInt8]) -> [String] {
    unfolded(bytes).filter { line in
        !["BEGIN:VCARD", "VERSION:3.0", "VERSION:4.0", "FN:A", "N:A;;;;", "END:VCARD"].contains(line)
            && !line.hasPrefix("UID")
    }
}

func unfolded(_ bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    for line in text(bytes).split(separator: "\r\n") {
        if line.hasPrefix(" "), let last = lines.popLast() {
            lines.append(last + line.dropFirst())
        } else {
            lines.append(String(line))
        }
    }
    return lines
}

/// The line with its parameters in the order of their names, which means the same.
func sorted(_ line: String) -> String {
    guard let property = try? onlyCard(card(["UID:urn:1", line])).properties.first(where: { !$0.isNamed("VERSION") && $0.rawText != "urn:1" })
    else { return line }
    let parameters = property.parameters.map { (text($0.name).uppercased(), text($0.rawValue)) }.sorted { $0 < $1 }
    let group = property.group.map { text($0) + "." } ?? ""
    return group + text(property.name) + parameters.map { ";\($0)=\($1)" }.joined() + ":" + property.rawText
}

import Bytes

/// Properties that only one version has: the other keeps them, value and parameters unchanged, under a name with X-.
enum VersionNames {
    /// RFC 6350, RFC 6474, RFC 6715, RFC 8605, RFC 9554 and RFC 9555.
    private static let version4: Set<String> = [
        "GENDER", "LANG", "KIND", "RELATED", "CLIENTPIDMAP", "XML", "MEMBER", "BIRTHPLACE", "DEATHPLACE", "DEATHDATE",
        "EXPERTISE", "HOBBY", "INTEREST", "ORG-DIRECTORY", "CONTACT-URI", "CREATED", "GRAMGENDER", "PRONOUNS",
        "LANGUAGE", "JSPROP",
    ]
    /// RFC 2426, and what RFC 6350 Appendix A took away.
    private static let version3: Set<String> = ["MAILER", "CLASS", "NAME", "PROFILE", "SORT-STRING", "REV", "GEO"]

    static func isOnlyInVersion4(_ name: String) -> Bool { version4.contains(name) }

    /// - Parameter names: those of the card; a property that may stand once is not made where there is one.
    static func toVersion4(_ line: inout CardLine, names: Set<String>) {
        switch line.name {
        case "X-ADDRESSBOOKSERVER-KIND": if !names.contains("KIND") { line.rename("KIND") }
        case "X-ADDRESSBOOKSERVER-MEMBER": line.rename("MEMBER")
        case "MAILER", "CLASS", "NAME", "PROFILE", "SORT-STRING": line.rename("X-" + line.name)
        case "REV" where !CardDays.isTimestamp(line) && !line.value.isEmpty: line.rename("X-REV")
        case "GEO" where CardPlaces.geo(line.value) == nil && !URIText.hasScheme(line.value): line.rename("X-GEO")
        case "X-GEO" where URIText.hasScheme(line.value): line.rename("GEO")
        case "X-FN": line.rename("FN")
        case "X-N" where line.hasParameter("ALTID"): line.rename("N")
        case "X-BDAY" where !names.contains("BDAY") && CardDays.isDay(line): line.rename("BDAY")
        default:
            guard line.name.hasPrefix("X-") else { return }
            let name = String(line.name.dropFirst(2))
            guard version4.contains(name), isLegal(line, as: name), !names.contains(name) || !single.contains(name) else {
                return
            }
            line.rename(name)
        }
    }

    static func toVersion3(_ line: inout CardLine) {
        switch line.name {
        case "KIND" where line.value.equalsIgnoringASCIICase("group"): line.rename("X-ADDRESSBOOKSERVER-KIND")
        case "MEMBER" where line.parameters.isEmpty: line.rename("X-ADDRESSBOOKSERVER-MEMBER")
        case "X-GEO" where URIText.hasScheme(line.value): break
        default:
            if version4.contains(line.name) {
                line.rename("X-" + line.name)
            } else if line.name.hasPrefix("X-"), version3.contains(String(line.name.dropFirst(2))) {
                line.rename(String(line.name.dropFirst(2)))
            }
        }
    }

    private static let single: Set<String> = [
        "GENDER", "KIND", "BIRTHPLACE", "DEATHPLACE", "DEATHDATE", "CREATED", "LANGUAGE",
    ]

    /// Whether what somebody called X-GENDER is a GENDER.
    private static func isLegal(_ line: CardLine, as name: String) -> Bool {
        switch name {
        case "GENDER":
            // RFC 6350 §6.2.7
            let sex = line.value.prefix { $0 != 0x3B }
            return sex.isEmpty ? line.value.count > 1 : sex.count == 1 && "MFONU".utf8.contains(sex.first ?? 0)
        case "LANG", "LANGUAGE", "GRAMGENDER":
            return !line.value.isEmpty
                && line.value.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D }
        case "DEATHDATE": return CardDays.isDay(line)
        case "CREATED": return CardDays.isTimestamp(line)
        case "CLIENTPIDMAP": return line.value.contains(0x3B)
        default: return true
        }
    }
}

/// RFC 6350 §6.6.5 and Apple's X-ADDRESSBOOKSERVER-MEMBER: members by their UID.
enum CardMembers {
    /// A UID alone becomes the URI that a member is.
    static func toVersion4(_ line: inout CardLine) {
        line.removeValueType("uri", "text")
        let value = line.value.trimmingASCIIWhitespace
        guard !value.isEmpty, !URIText.hasScheme(value) else { return }
        line.value = ArraySlice("urn:uuid:".utf8) + value
    }
}

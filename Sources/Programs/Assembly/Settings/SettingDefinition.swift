import Bytes
import Glibc
import Wire

/// One setting: its names, what it may be, and what it means. `SettingDefinition.all` (SettingTable.swift) drives
/// reading, checking, `--help` and docs/settings.md; nothing else in the program knows a setting's name.
package struct SettingDefinition: Sendable {
    /// As it stands in the file: `http.xml-limit` is `xml-limit` below `http`.
    package var key: String
    /// What may be given, in words that end the sentence "expected …".
    package var expected: String
    /// One sentence.
    package var meaning: String
    /// The default in the form in which it could be given, or in words where it depends on the machine.
    package var defaultText: String
    package var isBoolean = false
    /// Whether the file may give it as a YAML list as well.
    package var isList = false
    /// Whether a value must not be shown, for it may have a password in it.
    var isSecret = false
    /// Puts a value given as text into the settings; false where it is none.
    let set: @Sendable (String, inout Settings) -> Bool

    /// `TEGU_HTTP_XML_LIMIT`
    package var environmentName: String {
        "TEGU_" + String(key.map { $0.isLetter || $0.isNumber ? $0 : "_" }).uppercased()
    }

    /// Without the dashes: `http-xml-limit`
    package var flagName: String { String(key.map { $0 == "." ? "-" : $0 }) }

    /// Replaces a default that depends on the machine by words.
    func byDefault(_ words: String) -> SettingDefinition {
        var result = self
        result.defaultText = words
        return result
    }
}

extension SettingDefinition {
    package typealias Path<Value> = any WritableKeyPath<Settings, Value> & Sendable

    private static func make<Value>(
        _ key: String, _ path: Path<Value>, expected: String, meaning: String, text: (Value) -> String,
        parse: @escaping @Sendable (String) -> Value?
    ) -> SettingDefinition {
        let byDefault = text(Settings()[keyPath: path])
        return SettingDefinition(key: key, expected: expected, meaning: meaning, defaultText: byDefault) {
            text, settings in
            guard let value = parse(text) else { return false }
            settings[keyPath: path] = value
            return true
        }
    }

    static func size(_ key: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ meaning: String)
        -> SettingDefinition
    {
        make(
            key, path,
            expected:
                "a size such as 10MiB, from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))",
            meaning: meaning, text: ByteSize.text
        ) { text in ByteSize.parse(text).flatMap { range ~= $0 ? $0 : nil } }
    }

    static func time(
        _ key: String, _ path: Path<Duration>, _ range: ClosedRange<Duration>, _ meaning: String
    ) -> SettingDefinition {
        let (low, high) = (TimeSpan.text(range.lowerBound), TimeSpan.text(range.upperBound))
        return make(
            key, path, expected: "a time such as 500ms, 30s, 5m, 12h or 90d, from \(low) to \(high)",
            meaning: meaning, text: TimeSpan.text
        ) { text in
            TimeSpan.parse(text).flatMap { range ~= $0 ? $0 : nil }
        }
    }

    static func number(
        _ key: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ meaning: String
    ) -> SettingDefinition {
        make(
            key, path, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)", meaning: meaning,
            text: { "\($0)" }
        ) { text in
            [UInt8](text.utf8).decimalValue.flatMap { range ~= $0 ? $0 : nil }
        }
    }

    static func boolean(_ key: String, _ path: Path<Bool>, _ meaning: String) -> SettingDefinition {
        var result = make(
            key, path, expected: "true or false", meaning: meaning, text: { $0 ? "true" : "false" },
            parse: boolean)
        result.isBoolean = true
        return result
    }

    /// YAML 1.1's words, which administrators write.
    static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off": false
        default: nil
        }
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ key: String, _ path: Path<Value>, _ meaning: String
    ) -> SettingDefinition {
        make(
            key, path, expected: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "), meaning: meaning,
            text: \.rawValue
        ) { text in Value(rawValue: text.lowercased()) }
    }

    static func list<Element: TextSettingElement>(
        _ key: String, _ path: Path<[Element]>, _ meaning: String
    ) -> SettingDefinition {
        var result = make(
            key, path, expected: "\(Element.expected), several with commas between, or none", meaning: meaning,
            text: { $0.isEmpty ? "none" : $0.map(\.description).joined(separator: ",") },
            parse: { text -> [Element]? in
                if text.isEmpty || text == "none" { return [] }
                var elements: [Element] = []
                for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                    guard let element = Element(String(part.trimmingBlanks)) else { return nil }
                    elements.append(element)
                }
                return elements
            })
        result.isList = true
        return result
    }

    /// A path that does not begin at the root is taken from the working directory, as a shell's user means it.
    static func path(_ key: String, _ path: Path<String>, _ meaning: String) -> SettingDefinition {
        make(key, path, expected: "a path such as /var/lib/tegu", meaning: meaning, text: { $0 }, parse: absolutePath)
    }

    @Sendable
    private static func absolutePath(_ text: String) -> String? {
        if text.isEmpty || text.utf8.contains(where: { $0 < 0x20 }) { return nil }
        if text.hasPrefix("/") { return text }
        guard let directory = getcwd(nil, 0) else { return nil }
        defer { free(directory) }
        return String(cString: directory) + "/" + (text.hasPrefix("./") ? String(text.dropFirst(2)) : text)
    }

    /// One line for people to read.
    static func words(_ key: String, _ path: Path<String>, _ meaning: String) -> SettingDefinition {
        make(key, path, expected: "a text of one line", meaning: meaning, text: { $0 }) { text in
            1...200 ~= text.utf8.count && !text.utf8.contains(where: { $0 < 0x20 }) ? text : nil
        }
    }

    static func name(_ key: String, _ path: Path<String>, _ meaning: String) -> SettingDefinition {
        make(
            key, path, expected: "a name such as example.org", meaning: meaning, text: { $0 },
            parse: HostName.normalized)
    }

    static func database(_ key: String, _ path: Path<String>, _ meaning: String) -> SettingDefinition {
        var result = make(
            key, path, expected: "a URL such as postgresql://user@host/name (in a password @ is %40, / is %2F)", meaning: meaning, text: { $0 }
        ) { text -> String? in
            if text.utf8.contains(where: { $0 < 0x21 }) { return nil }
            guard let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix) else { return nil }
            // What is after the first @ of a password that is not encoded would be taken for the host, and told where that is not found.
            let place = text.utf8.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "?") }
            let user = place.prefix { $0 != UInt8(ascii: "/") }
            let count = place.count { $0 == UInt8(ascii: "@") }
            return count == 0 || count == 1 && user.contains(UInt8(ascii: "@")) ? text : nil
        }
        result.isSecret = true
        return result
    }

    /// One mark that may stand in an address (RFC 5322 §3.2.3: atext), or none.
    static func delimiter(_ key: String, _ path: Path<String>, _ meaning: String) -> SettingDefinition {
        make(key, path, expected: "one of + - _ = # ~ %, or none", meaning: meaning, text: { $0.isEmpty ? "none" : $0 }) { text in
            if text == "none" { return "" }
            return text.utf8.count == 1 && "+-_=#~%".contains(text) ? text : nil
        }
    }

    static func nameServer(_ key: String, _ path: Path<String>, _ meaning: String) -> SettingDefinition {
        make(key, path, expected: "an address such as 192.0.2.1 or 192.0.2.1@5353", meaning: meaning, text: { $0 }) {
            text in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count <= 2, let address = parts.first, IPAddress(String(address)) != nil else { return nil }
            if parts.count == 2 {
                guard let port = [UInt8](parts[1].utf8).decimalValue, 1...65_535 ~= port else { return nil }
            }
            return text
        }
    }
}

/// What lists of settings are made of.
protocol TextSettingElement: Sendable, CustomStringConvertible {
    init?(_ text: String)
    static var expected: String { get }
}

extension StringProtocol {
    var trimmingBlanks: SubSequence {
        var rest = self[...]
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return rest
    }
}

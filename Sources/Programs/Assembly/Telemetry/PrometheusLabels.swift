import Bytes

/// The labels of one series, ready for the page and in one order, so that the same labels are the same series.
struct Labels: Hashable, Comparable, Sendable {
    /// `method="GET",status="200"`
    let rendered: String
    private let names: [String]

    /// Characters of one value: what a client can influence must not grow the page.
    private static let longestValue = 128

    init(_ dimensions: [(String, String)]) {
        var values: [String: String] = [:]
        for (name, value) in dimensions { values[Self.labelName(name)] = value }
        names = values.keys.sorted()
        rendered = names.map { "\($0)=\"\(Self.escaped(values[$0] ?? ""))\"" }.joined(separator: ",")
    }

    /// The series that takes what finds no room.
    var other: Labels { Labels(names.map { ($0, "other") }) }

    static func < (a: Labels, b: Labels) -> Bool { a.rendered < b.rendered }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`: swift-metrics' dots become underscores.
    static func name(_ label: String) -> String {
        var out = label.utf8.map { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x3A ? $0 : 0x5F }
        if out.first.map({ $0.isASCIIDigit }) ?? true { out.insert(0x5F, at: 0) }
        return String(utf8: out)
    }

    /// As a name, without colons; two underscores in front are Prometheus' own, and `le` is a histogram's.
    private static func labelName(_ label: String) -> String {
        var name = Self.name(label).split(separator: ":", omittingEmptySubsequences: false).joined(separator: "_")
        while name.hasPrefix("__") { name.removeFirst() }
        return name == "le" ? "le_" : name
    }

    private static func escaped(_ value: String) -> String {
        var out = ""
        for scalar in value.unicodeScalars.prefix(longestValue) {
            switch scalar {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

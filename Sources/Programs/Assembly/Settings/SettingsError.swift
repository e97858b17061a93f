/// Settings that cannot be used: all that is wrong with them, so that it can be mended at once.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Sentences, each naming the setting, where it comes from and what to do.
    package var problems: [String]

    package init(_ problems: [String]) { self.problems = problems }

    package var description: String { problems.joined(separator: "\n") }
}

extension SettingsError {
    static func unknown(_ name: String, nearest: String?, origin: String) -> String {
        var text = "unknown setting \"\(printable(name))\" \(origin)"
        if let nearest { text += "; did you mean \"\(nearest)\"?" }
        return text + (nearest == nil ? " (docs/settings.md lists them all)" : "")
    }

    static func bad(_ key: String, _ value: String, expected: String, origin: String) -> String {
        "\(key) \(origin) is \"\(printable(value))\": expected \(expected)"
    }

    /// A value that somebody gave must not steer a terminal when it is shown.
    private static func printable(_ text: String) -> String {
        let safe = text.unicodeScalars.prefix(200).map {
            $0.properties.generalCategory == .control ? "\u{FFFD}" : String($0)
        }
        return safe.joined() + (text.unicodeScalars.count > 200 ? "…" : "")
    }

    /// The candidate that a name was probably meant to be: the one with the fewest single changes, if they are few.
    static func nearest(to name: String, among candidates: [String]) -> String? {
        let name = Array(name.lowercased().prefix(100))
        let rated = candidates.map { (distance(name, Array($0.lowercased())), $0) }
        guard let best = rated.min(by: { $0.0 < $1.0 }), best.0 <= max(2, name.count / 4) else { return nil }
        return best.1
    }

    /// Levenshtein's distance.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let cost = left == right ? diagonal : diagonal + 1
                diagonal = row[j + 1]
                row[j + 1] = min(cost, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row.last ?? a.count
    }
}

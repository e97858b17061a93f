import Foundation

/// A part of a standard; ordered as the standard's contents are: §9 before §10, §A after the numbers.
struct Section: Hashable, Comparable, CustomStringConvertible {
    /// Without the sign; empty: the standard as a whole.
    var number: String

    var description: String { number.isEmpty ? "(whole)" : "§" + number }

    static func < (left: Section, right: Section) -> Bool {
        left.number.compare(right.number, options: .numeric) == .orderedAscending
    }
}

/// Where the files below one folder cite which RFC: `RFC 4918 §9.1`, `RFC 4918 §9.1 and §9.2`, `RFC 4918`.
struct Citations {
    /// RFC's number -> section -> paths from the project's directory.
    private(set) var files: [Int: [Section: Set<String>]] = [:]

    init(of folder: String, in project: URL) throws {
        let root = project.appendingPathComponent(folder).resolvingSymlinksInPath()
        guard let paths = FileManager.default.enumerator(atPath: root.path) else {
            throw Complaint("\(folder) is missing")
        }
        for case let path as String in paths where path.hasSuffix(".swift") || path.hasSuffix(".py") {
            if path.hasPrefix("Programs/devtool/") { continue }
            let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
            collect(from: text, path: "\(folder)/\(path)")
        }
    }

    private mutating func collect(from text: String, path: String) {
        let citation = /RFC ([0-9]{1,5})((?:(?:,| and| or| to)? §[0-9A-Z]+(?:\.[0-9]+)*)*)/
        for match in text.matches(of: citation) {
            guard let number = Int(match.1) else { continue }
            let sections = match.2.split(separator: "§").dropFirst().map { part in
                Section(number: String(part.prefix { $0.isLetter || $0.isNumber || $0 == "." })
                    .trimmingCharacters(in: ["."]))
            }
            for section in sections.isEmpty ? [Section(number: "")] : sections {
                files[number, default: [:]][section, default: []].insert(path)
            }
        }
    }
}

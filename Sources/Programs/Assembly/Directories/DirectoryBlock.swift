/// The part of a configuration file that says one directory, as lines: what administrators wrote around it stays as it is.
///
/// Only files are changed in which `directories:` and the names below it stand each on a line of its own, which is how files
/// are written by hand.
enum DirectoryBlock {
    /// Nil where the file is written in another way; then it is for its author to change.
    static func adding(_ name: String, _ values: [(key: String, value: String)], to text: String) -> String? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var place = lines.endIndex
        var indent = "  "
        if let head = head(of: lines) {
            guard let isOpen = isOpen(lines[head]), isOpen else { return nil }
            place = head + 1
            if let first = lines[place...].first(where: isContent), indentation(of: first) > 0 {
                indent = String(repeating: " ", count: indentation(of: first))
            }
        } else {
            guard !lines.contains(where: { $0.hasPrefix("directories") }) else { return nil }
            lines.append("directories:")
            place = lines.endIndex
        }
        let block = ["\(indent)\(name):"] + values.map { "\(indent)\(indent)\($0.key): \(quoted($0.value))" }
        lines.insert(contentsOf: block.map { $0[...] }, at: place)
        return lines.joined(separator: "\n") + "\n"
    }

    /// Nil where there is no such part.
    static func removing(_ name: String, from text: String) -> String? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let head = head(of: lines), isOpen(lines[head]) == true else { return nil }
        let end = lines[(head + 1)...].firstIndex { isContent($0) && indentation(of: $0) == 0 } ?? lines.endIndex
        guard let start = lines[(head + 1)..<end].firstIndex(where: { line in
            let content = line.trimmingBlanks
            return content == "\(name):" || content.hasPrefix("\(name): #")
        }) else { return nil }
        let indent = indentation(of: lines[start])
        var stop = start + 1
        while stop < end, !isContent(lines[stop]) || indentation(of: lines[stop]) > indent { stop += 1 }
        // Comments and blank lines before what comes next belong to that.
        while stop > start + 1, !isContent(lines[stop - 1]) { stop -= 1 }
        lines.removeSubrange(start..<stop)
        // `directories:` with nothing below it is no list of them.
        let left = end - (stop - start)
        if !lines[(head + 1)..<left].contains(where: isContent) { lines.remove(at: head) }
        return lines.joined(separator: "\n")
    }

    private static func head(of lines: [Substring]) -> Int? {
        lines.firstIndex { $0.hasPrefix("directories:") && isOpen($0) != nil }
    }

    /// Whether nothing but a comment stands after the colon.
    private static func isOpen(_ line: Substring) -> Bool? {
        let rest = line.dropFirst("directories:".count)
        let content = rest.trimmingBlanks
        return content.isEmpty || content.hasPrefix("#")
    }

    private static func isContent(_ line: Substring) -> Bool {
        let content = line.trimmingBlanks
        return !content.isEmpty && !content.hasPrefix("#") && content != "\r"
    }

    private static func indentation(of line: Substring) -> Int { line.prefix { $0 == " " }.count }

    /// YAML 1.2 §7.3.1. The values have no control characters.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

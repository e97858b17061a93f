import Foundation

/// One line of docs/standards/index.tsv.
struct Standard {
    enum Status: String { case yes, partial, no }

    var number: Int
    var title: String
    var status: Status
    var note: String

    /// Lines of number, title, status and note, with tabs between; the first line is the heading.
    static func list(in file: URL) throws -> [Standard] {
        let text = try String(contentsOf: file, encoding: .utf8)
        var standards: [Standard] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().dropFirst() {
            if line.isEmpty { continue }
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count == 3 || columns.count == 4, let number = Int(columns[0]),
                let status = Status(rawValue: columns[2])
            else {
                throw Complaint("docs/standards/index.tsv:\(index + 1): must be number, title, yes|partial|no, note, with "
                    + "tabs between")
            }
            if standards.contains(where: { $0.number == number }) {
                throw Complaint("docs/standards/index.tsv:\(index + 1): RFC \(number) is there twice")
            }
            standards.append(Standard(
                number: number, title: columns[1], status: status, note: columns.count == 4 ? columns[3] : ""))
        }
        return standards.sorted { $0.number < $1.number }
    }
}

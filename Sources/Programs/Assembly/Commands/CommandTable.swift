import Bytes

/// What a command lists: columns that stand under each other for people, or JSON for programs.
struct CommandTable {
    enum Cell {
        case text(String)
        case texts([String])
        case number(Int)
        /// Nil: without a limit.
        case bytes(Int?)
        case flag(Bool)
    }

    /// The names of the columns, as JSON has them; people see them in capitals: `displayName` is DISPLAY NAME,
    /// and `usedBytes` USED, for its cells have their units.
    private let columns: [String]
    private var rows: [[Cell]] = []

    init(_ columns: String...) { self.columns = columns }

    /// One cell a column.
    mutating func append(_ cells: Cell...) { rows.append(cells) }

    func text(asJSON: Bool) -> String { asJSON ? json : aligned }

    // MARK: For people

    private var aligned: String {
        let table = [columns.map(Self.heading)] + rows.map { row in row.map { Self.printable(Self.words($0)) } }
        var widths = columns.map { _ in 0 }
        for row in table {
            for (index, cell) in row.enumerated() where index < widths.count { widths[index] = max(widths[index], cell.count) }
        }
        var out = ""
        for row in table {
            var line = ""
            for (cell, width) in zip(row, widths) { line += cell + String(repeating: " ", count: width - cell.count + 2) }
            while line.last == " " { line.removeLast() }
            out += line + "\n"
        }
        return out
    }

    private static func heading(_ name: String) -> String {
        (name.hasSuffix("Bytes") ? name.dropLast(5) : name[...]).reduce(into: "") { text, letter in
            if letter.isUppercase { text += " " }
            text += letter.uppercased()
        }
    }

    private static func words(_ cell: Cell) -> String {
        switch cell {
        case .text(let text): text
        case .texts(let texts): texts.joined(separator: ",")
        case .number(let number): "\(number)"
        case .bytes(let bytes): bytes.map(size) ?? "-"
        case .flag(let flag): flag ? "yes" : "-"
        }
    }

    /// In the largest unit of which there is one, with a tenth: `1.5 MiB`.
    private static func size(_ bytes: Int) -> String {
        for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes >> shift > 0 {
            return "\(bytes >> shift).\((bytes >> (shift - 10)) % 1024 * 10 / 1024) \(unit)"
        }
        return "\(bytes) B"
    }

    /// Clients choose most of these texts: what moves a terminal's cursor or turns the direction of writing is not passed on.
    private static func printable(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: out.append("\u{FFFD}")
            // Emoji are joined by U+200D.
            case .format where scalar != "\u{200D}": out.append("\u{FFFD}")
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    // MARK: For programs

    /// An object a row, a row a line.
    private var json: String {
        var out: [UInt8] = [0x5B]
        for (index, row) in rows.enumerated() {
            out.append(index == 0 ? "{" : ",\n {")
            for (column, (name, cell)) in zip(columns, row).enumerated() {
                if column > 0 { out.append(0x2C) }
                LogLine.appendJSON(name, to: &out)
                out.append(0x3A)
                Self.append(cell, to: &out)
            }
            out.append(0x7D)
        }
        out.append("]\n")
        return String(utf8: out)
    }

    private static func append(_ cell: Cell, to out: inout [UInt8]) {
        switch cell {
        case .text(let text): LogLine.appendJSON(text, to: &out)
        case .texts(let texts):
            out.append(0x5B)
            for (index, text) in texts.enumerated() {
                if index > 0 { out.append(0x2C) }
                LogLine.appendJSON(text, to: &out)
            }
            out.append(0x5D)
        case .number(let number), .bytes(let number?): out.append(decimal: number)
        case .bytes(nil): out.append("null")
        case .flag(let flag): out.append(flag ? "true" : "false")
        }
    }
}

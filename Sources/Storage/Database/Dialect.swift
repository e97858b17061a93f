import Bytes

/// The SQL database that a schema is written for. `schemas/` is written in the words of SQLite; statements need none of this.
package enum Dialect: String, Sendable, CaseIterable {
    case sqlite, postgres

    /// `sql` from `schemas/`, without its comments, in the words of this database.
    package func translated(_ sql: String) -> String {
        var text = Dialect.withoutComments(sql)
        switch self {
        case .sqlite:
            // Only a column of the very type INTEGER is SQLite's own key of a table; another one has a second tree for its
            // index, which costs each insert and each look-up by id twice.
            text = Dialect.replacing("BIGINT NOT NULL PRIMARY KEY", with: "INTEGER NOT NULL PRIMARY KEY", in: text)
        case .postgres:
            text = Dialect.replacing("WITHOUT ROWID", with: "", in: text)
            text = Dialect.replacing("BLOB", with: "BYTEA", in: text)
            // The order of names is that of their bytes, as SQLite has it, whatever the database's own collation is: a
            // listing goes on after the last name by `name > $1`, and clients may take turns on nodes.
            text = Dialect.replacing("TEXT", with: "TEXT COLLATE \"C\"", in: text)
        }
        return text
    }

    private static func withoutComments(_ sql: String) -> String {
        var out: [UInt8] = []
        var isQuoted = false
        var isComment = false
        var previous: UInt8 = 0
        for byte in sql.utf8 {
            if isComment {
                isComment = byte != UInt8(ascii: "\n")
                if isComment { continue }
            } else if byte == UInt8(ascii: "'") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: "-") && previous == UInt8(ascii: "-") && !isQuoted {
                out.removeLast()
                isComment = true
                previous = 0
                continue
            }
            out.append(byte)
            previous = byte
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Replaces `words` where they stand as whole words, in this case of letters (`BLOB` is a type, `blob` a table's name).
    private static func replacing(_ words: String, with replacement: String, in text: String) -> String {
        let source = Array(text.utf8)
        let pattern = Array(words.utf8)
        func isWordByte(at index: Int) -> Bool {
            guard source.indices.contains(index) else { return false }
            return source[index].isASCIILetter || source[index].isASCIIDigit || source[index] == UInt8(ascii: "_")
        }
        var out: [UInt8] = []
        var index = 0
        while index < source.count {
            let end = index + pattern.count
            if source[index...].starts(with: pattern) && !isWordByte(at: index - 1) && !isWordByte(at: end) {
                out.append(contentsOf: replacement.utf8)
                index = end
            } else {
                out.append(source[index])
                index += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

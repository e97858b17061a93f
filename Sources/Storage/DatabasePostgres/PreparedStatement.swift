import CPostgreSQL
import Database

/// The types of PostgreSQL that values and columns have here (pg_type.dat).
enum TypeID {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let name: Oid = 19
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let unknown: Oid = 705
    static let varchar: Oid = 1043
    static let numeric: Oid = 1700
}

/// A statement that the server has parsed, and the types that it found for the parameters.
final class PreparedStatement {
    let name: String
    let sql: StaticString
    let parameterTypes: [Oid]
    /// Whether it is a query, whose rows a cursor can bring.
    let isQuery: Bool
    /// Whether it may change rows though its answer does not say so.
    let mayHideChanges: Bool
    /// Of a probe: whether its last answer was longer than one.
    var isLong = false

    init(name: String, sql: StaticString, description: OpaquePointer) {
        self.name = name
        self.sql = sql
        parameterTypes = (0..<PQnparams(description)).map { PQparamtype(description, $0) }
        isQuery = Self.isQuery(sql)
        mayHideChanges = Self.firstWord(of: sql) == "WITH"
    }

    /// The type to parse a statement with. It is the value's own, so that a parameter of no column (`SELECT $1`) has a type
    /// too; NULL has none, and the server finds one.
    static func suggestedType(_ value: Value) -> Oid {
        switch value {
        case .null: 0
        case .integer: TypeID.int8
        case .text: TypeID.text
        case .bytes: TypeID.bytea
        }
    }

    static func isQuery(_ sql: StaticString) -> Bool {
        let word = firstWord(of: sql)
        return word == "SELECT" || word == "WITH"
    }

    private static func firstWord(of sql: StaticString) -> String {
        sql.withUTF8Buffer { text in
            let word = text.drop { $0 <= 0x20 }.prefix { $0 > 0x20 && $0 < 0x80 }
            return String(decoding: word, as: UTF8.self).uppercased()
        }
    }
}

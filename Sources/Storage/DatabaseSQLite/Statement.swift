import CSQLite
import Database

/// One prepared statement, and its present row. Used by the one thread that has its connection.
final class Statement: RowSource {
    let handle: OpaquePointer
    /// Whether it is between its first step and its reset.
    var isRunning = false

    /// For each parameter of SQLite the index in the caller's list: SQLite counts `$2` before `$1` where it stands first.
    private let positions: [Int]
    private let parameterCount: Int

    init(_ sql: StaticString, on connection: OpaquePointer) throws {
        var prepared: OpaquePointer?
        var tail: UnsafePointer<CChar>?
        let result = sql.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) { text in
                sqlite3_prepare_v3(
                    connection, text.baseAddress, Int32(clamping: text.count), UInt32(SQLITE_PREPARE_PERSISTENT), &prepared,
                    &tail)
            }
        }
        guard result == SQLITE_OK else { throw Failure(connection, doing: "\(sql)") }
        guard let prepared else { throw Failure(.serverBug, "no statement: \(sql)") }
        do {
            guard let tail, tail.pointee == 0 else { throw Failure(.serverBug, "more than one statement: \(sql)") }
            positions = try Self.positions(of: prepared, sql)
            parameterCount = (positions.max() ?? -1) + 1
            guard Set(positions).count == parameterCount else {
                throw Failure(.serverBug, "a gap in the numbers of the parameters: \(sql)")
            }
        } catch {
            sqlite3_finalize(prepared)
            throw error
        }
        handle = prepared
    }

    deinit { sqlite3_finalize(handle) }

    private static func positions(of statement: OpaquePointer, _ sql: StaticString) throws -> [Int] {
        let count = sqlite3_bind_parameter_count(statement)
        guard count > 0 else { return [] }
        return try (1...count).map { index in
            guard let name = sqlite3_bind_parameter_name(statement, index), name.pointee == CChar(UInt8(ascii: "$")),
                let number = Int(String(cString: name + 1)), number >= 1
            else { throw Failure(.serverBug, "a parameter that is not $1, $2, ...: \(sql)") }
            return number - 1
        }
    }

    /// Sets the parameters. SQLite has copied them when it returns.
    func bind(_ values: [Value], _ sql: StaticString, on connection: OpaquePointer) throws {
        guard values.count == parameterCount else {
            throw Failure(.serverBug, "\(values.count) values for \(parameterCount) parameters: \(sql)")
        }
        var index: Int32 = 0
        for position in positions {
            index += 1
            let result: Int32
            switch values[position] {
            case .null:
                result = sqlite3_bind_null(handle, index)
            case .integer(let number):
                result = sqlite3_bind_int64(handle, index, number)
            case .text(var text):
                result = text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { bytes in
                        // A null pointer would be NULL.
                        bytes.isEmpty
                            ? tegu_sqlite_bind_text(handle, index, "", 0)
                            : tegu_sqlite_bind_text(handle, index, bytes.baseAddress, UInt64(bytes.count))
                    }
                }
            case .bytes(let bytes):
                result = bytes.isEmpty
                    ? sqlite3_bind_zeroblob(handle, index, 0)
                    : bytes.withUnsafeBytes {
                        tegu_sqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count))
                    }
            }
            guard result == SQLITE_OK else { throw Failure(connection, doing: "\(sql)") }
        }
    }

    /// Back to before the first row, and without the values, which may be large.
    func reset() {
        // Its result is the error that the step has reported already.
        sqlite3_reset(handle)
        if parameterCount > 0 { sqlite3_clear_bindings(handle) }
        isRunning = false
    }

    // MARK: RowSource

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(clamping: column)) == SQLITE_NULL }

    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(clamping: column)) }

    func unsafeBytes(_ column: Int) -> UnsafeRawBufferPointer {
        // The pointer first: to ask for it may convert the value, and so change its length.
        let bytes = sqlite3_column_blob(handle, Int32(clamping: column))
        let count = sqlite3_column_bytes(handle, Int32(clamping: column))
        return UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(count))
    }
}

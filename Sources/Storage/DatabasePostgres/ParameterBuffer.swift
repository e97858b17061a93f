import CPostgreSQL
import Database

/// The values of one execution, as libpq wants them: in binary where the type is one of ours, and as text where the server
/// has found another one. One a connection, filled anew for each statement.
final class ParameterBuffer {
    private var bytes: [UInt8] = []
    /// Where each value begins; nil: NULL.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    func fill(_ values: [Value], for statement: PreparedStatement, _ sql: StaticString) throws(Fault) {
        let types = statement.parameterTypes
        guard values.count == types.count else {
            throw Fault(.final, Failure(.serverBug, "\(values.count) values for \(types.count) parameters: \(sql)"))
        }
        removeAll()
        for (value, type) in zip(values, types) {
            let start = bytes.count
            starts.append(value == .null ? nil : start)
            var isBinary = true
            switch (value, type) {
            case (.null, _): break
            case (.integer(let number), TypeID.int8): append(number)
            case (.integer(let number), TypeID.int4) where Int32(exactly: number) != nil: append(Int32(truncatingIfNeeded: number))
            case (.integer(let number), _):
                bytes += Array("\(number)".utf8)
                isBinary = false
            case (.text(let text), _):
                bytes += Array(text.utf8)
                if bytes[start...].contains(0) {
                    // No text in the database has a zero byte, as SQLite's may. So who looks for one finds nothing, as with
                    // NULL; that nobody writes one is the domain's to see.
                    guard statement.isQuery else {
                        throw Fault(.final, Failure(.serverBug, "a text with a zero byte in: \(sql)"))
                    }
                    starts[starts.count - 1] = nil
                }
                isBinary = Self.isText(type)
            case (.bytes(let data), TypeID.bytea): bytes += data
            case (.bytes, _):
                throw Fault(.final, Failure(.serverBug, "bytes for a parameter of type \(type): \(sql)"))
            }
            end(start, isBinary: isBinary)
        }
    }

    /// Values that are stored as they are, in binary; their types, of which NULL has none.
    func fill(_ values: [StoredValue]) -> [Oid] {
        removeAll()
        return values.map { value in
            let start = bytes.count
            starts.append(value == .null ? nil : start)
            defer { end(start, isBinary: true) }
            switch value {
            case .null: return 0
            case .integer(let number):
                append(number)
                return TypeID.int8
            case .text(let text):
                bytes += text
                return TypeID.text
            case .bytes(let data):
                bytes += data
                return TypeID.bytea
            }
        }
    }

    private func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity < 1 << 20)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
    }

    private func end(_ start: Int, isBinary: Bool) {
        lengths.append(Int32(clamping: bytes.count - start))
        formats.append(isBinary ? 1 : 0)
        // Ends what is sent as text; and keeps an empty value from standing at the end of the memory.
        bytes.append(0)
    }

    private static func isText(_ type: Oid) -> Bool {
        type == TypeID.text || type == TypeID.varchar || type == TypeID.name || type == TypeID.unknown
    }

    private func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }

    func withPointers<Result>(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { bytes in
            pointers.removeAll(keepingCapacity: true)
            for start in starts {
                pointers.append(start.flatMap { start in
                    bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
                })
            }
            return body(Int32(clamping: pointers.count), pointers, lengths, formats)
        }
    }
}

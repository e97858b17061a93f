import CPostgreSQL
import Database

/// The rows of one answer, in memory, and which of them is looked at.
final class PostgresRows: RowSource {
    private let result: OpaquePointer
    private let types: [Oid]
    let count: Int
    private var row: Int32 = 0

    /// Takes over `result`.
    init(_ result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
        types = (0..<PQnfields(result)).map { PQftype(result, $0) }
    }

    deinit { PQclear(result) }

    func move(to index: Int) { row = Int32(clamping: index) }

    /// What the rows take in memory, about.
    var byteCount: Int { Int(PQresultMemorySize(result)) }

    /// How many rows the statement inserted, updated or deleted: the last word of its tag.
    var changedCount: Int {
        guard let tag = PQcmdStatus(result), !String(cString: tag).hasPrefix("SELECT"), let count = PQcmdTuples(result)
        else { return 0 }
        return Int(String(cString: count)) ?? 0
    }

    // MARK: RowSource

    func isNull(_ column: Int) -> Bool {
        // libpq would write a notice of a column that is not there.
        guard types.indices.contains(column) else { return true }
        return PQgetisnull(result, row, Int32(truncatingIfNeeded: column)) != 0
    }

    func unsafeBytes(_ column: Int) -> UnsafeRawBufferPointer {
        guard types.indices.contains(column) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let column = Int32(truncatingIfNeeded: column)
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    }

    func integer(_ column: Int) -> Int64 {
        let bytes = unsafeBytes(column)
        guard !bytes.isEmpty else { return 0 }
        switch types[column] {
        case TypeID.int8, TypeID.int4, TypeID.int2, TypeID.bool:
            // Two's complement, the first byte has the sign.
            let isNegative = types[column] != TypeID.bool && bytes[0] >= 0x80
            return bytes.prefix(8).reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
        case TypeID.numeric: return Self.numeric(bytes)
        case TypeID.bytea: return 0
        default: return Int64(String(decoding: bytes, as: UTF8.self)) ?? 0
        }
    }

    /// A sum of BIGINTs is a NUMERIC: digits to the base of 10,000, after their count, the power of the first one, the sign
    /// and the count of decimals, 2 bytes each (numeric_send). What is too large stands at the end of the range, as SQLite
    /// has it; decimals are cut off.
    private static func numeric(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        func part(_ index: Int) -> Int {
            bytes.count >= 2 * index + 2 ? Int(bytes[2 * index]) << 8 | Int(bytes[2 * index + 1]) : 0
        }
        let digits = part(0)
        let weight = Int(Int16(truncatingIfNeeded: part(1)))
        let isNegative = part(2) == 0x4000
        if weight < 0 || digits == 0 { return 0 }
        var value: Int64 = 0
        for position in 0...min(weight, 8) {
            let digit = Int64(position < digits ? part(4 + position) : 0)
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10_000)
            let (sum, isPast) = product.subtractingReportingOverflow(digit)
            if isTooLarge || isPast || weight > 4 { return isNegative ? .min : .max }
            value = sum
        }
        // Counted below zero, which has one more.
        return isNegative ? value : value == .min ? .max : -value
    }
}

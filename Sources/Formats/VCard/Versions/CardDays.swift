import Bytes
import ContentLines

/// BDAY, ANNIVERSARY and their like: whole dates in version 3.0 (RFC 2426 §3.1.5), with what may be missing in 4.0
/// (RFC 6350 §4.3).
enum CardDays {
    static let anniversaryNames = AnniversaryNames.names + ["X-ABDATE"]

    /// Whether the value is a date, or says that it is text.
    static func isDay(_ line: CardLine) -> Bool {
        line.valueType == "text" || DateOrTime(line.value.trimmingASCIIWhitespace) != nil
    }

    static func isTimestamp(_ line: CardLine) -> Bool {
        DateOrTime(line.value.trimmingASCIIWhitespace).map { $0.isWholeDate && ($0.time == nil || $0.isWholeTime) } == true
    }

    static func toVersion4(_ line: inout CardLine) {
        if line.valueType == "text" { return }
        let isRestored = line.restore(version3)
        let year = line.parameter(OmittedYear.parameter)?.utf8.decimalValue
        line.removeParameter(OmittedYear.parameter)
        if isRestored { line.removeValueType("date-time"); return }
        let value = line.value.trimmingASCIIWhitespace
        guard var date = DateOrTime(value) else {
            if !value.isEmpty { line.setParameter("VALUE", "text") }
            return
        }
        if date.year == year { date.year = nil }
        line.removeValueType("date", "date-time", "date-and-or-time")
        set(&line, date.basic)
    }

    /// False for what version 3.0 cannot say.
    static func toVersion3(_ line: inout CardLine) -> Bool {
        let calendar = line.parameter("CALSCALE")?.lowercased() ?? "gregorian"
        let value = line.value.trimmingASCIIWhitespace
        guard line.valueType != "text", calendar == "gregorian", let date = DateOrTime(value), let reduced = version3(value)
        else { return false }
        line.removeParameter("VALUE")
        if date.time == nil || date.isWholeTime { set(&line, reduced) } else { line.reduce(to: reduced) }
        if reduced.contains(0x54) { line.setParameter("VALUE", "date-time") }
        if date.year == nil { line.setParameter(OmittedYear.parameter, "\(OmittedYear.year)") }
        return true
    }

    /// A whole date, with the time if that is whole too.
    private static func version3(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        guard var date = DateOrTime(value), date.month != nil, date.day != nil else { return nil }
        if date.year == nil { date.year = OmittedYear.year }
        if !date.isWholeTime { date.time = nil }
        if date.zone.count == 3 { date.zone += [0x30, 0x30] }
        return date.extended
    }

    /// RFC 6350 §4.3.5: a timestamp is whole, and without separators.
    static func timestampToVersion4(_ line: inout CardLine) {
        guard isTimestamp(line), var date = DateOrTime(line.value.trimmingASCIIWhitespace) else { return }
        line.removeValueType("date", "date-time", "timestamp")
        if date.time == nil { date.time = ArraySlice("000000".utf8) }
        set(&line, date.basic)
    }

    private static func set(_ line: inout CardLine, _ value: [UInt8]) {
        if !line.value.elementsEqual(value) { line.value = value[...] }
    }

    // MARK: Anniversaries under other names

    /// Whether version 4.0 would call it ANNIVERSARY.
    static func isAnniversary(_ line: CardLine, among lines: [CardLine]) -> Bool {
        if line.name != "X-ABDATE" { return AnniversaryNames.names.contains(line.name) && isDay(line) }
        guard let group = line.group, isDay(line) else { return false }
        return lines.contains { label in
            label.name == "X-ABLABEL" && label.group?.equalsIgnoringASCIICase(group) == true
                && label.value.trimmingASCIIWhitespace.equalsIgnoringASCIICase("_$!<Anniversary>!$_")
        }
    }

    static func renameToAnniversary(_ line: inout CardLine) {
        let name = line.name
        line.rename("ANNIVERSARY")
        if name != "X-ANNIVERSARY" { line.setParameter(CardLine.version3Name, name) }
    }
}

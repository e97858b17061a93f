import Bytes
package import CivilTime
import ContentLines

/// A DATE or DATE-TIME (RFC 5545 §3.3.4, §3.3.5) in the form in which it was written.
package enum CalendarTime: Hashable, Sendable {
    /// A day, the same one wherever one looks at it from.
    case date(CivilDate)
    /// Form 1: whatever place one is in.
    case floating(CivilDateTime)
    /// Form 2.
    case utc(CivilDateTime)
    /// Form 3, with the TZID as written.
    case zoned(CivilDateTime, String)

    package var isDate: Bool {
        if case .date = self { true } else { false }
    }
    /// What is written, whatever place it is meant for; midnight for a day.
    package var wall: CivilDateTime {
        switch self {
        case .date(let date): CivilDateTime(date)
        case .floating(let time), .utc(let time), .zoned(let time, _): time
        }
    }
    package var zoneID: String? {
        if case .zoned(_, let id) = self { id } else { nil }
    }

    /// Another time in the same form; of a day, the day of `wall`.
    package func withWall(_ wall: CivilDateTime) -> CalendarTime {
        switch self {
        case .date: .date(wall.date)
        case .floating: .floating(wall)
        case .utc: .utc(wall)
        case .zoned(_, let id): .zoned(wall, id)
        }
    }
}

extension CalendarTime {
    /// Appends the value, without its parameters.
    package func append(to out: inout [UInt8]) {
        let wall = wall
        let date = wall.date
        out.append(digits: date.year, count: 4)
        out.append(digits: date.month, count: 2)
        out.append(digits: date.day, count: 2)
        if isDate { return }
        out.append(0x54)
        out.append(digits: wall.hour, count: 2)
        out.append(digits: wall.minute, count: 2)
        out.append(digits: wall.second, count: 2)
        if case .utc = self { out.append(0x5A) }
    }

    /// Appends a whole line, ended by CRLF, with the parameters that the form needs.
    package func appendLine(named name: StaticString, to out: inout [UInt8]) {
        out.append(name)
        switch self {
        case .date: out.append(";VALUE=DATE")
        case .zoned(_, let id):
            out.append(";TZID=")
            ParameterValue.append(id.utf8, to: &out)
        case .floating, .utc: break
        }
        out.append(0x3A)
        append(to: &out)
        out.append("\r\n")
    }
}

extension [UInt8] {
    /// Appends the last `count` decimal digits of `number`.
    mutating func append(digits number: Int, count: Int) {
        var divisor = 1
        for _ in 1..<Swift.max(count, 2) { divisor *= 10 }
        var left = count
        while left > 0 {
            append(UInt8(truncatingIfNeeded: number / divisor % 10) &+ 0x30)
            divisor /= 10
            left -= 1
        }
    }
}

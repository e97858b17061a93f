import Bytes
import CivilTime

/// The forms in which directories say when an account ends, as milliseconds since 1970 in UTC. Nil: never, or no time.
enum DirectoryTimes {
    /// 100 ns since 1601-01-01 (MS-ADA1 §2.1, accountExpires); 0 and the greatest number are "never".
    static func fileTime(_ text: String) -> Int64? {
        guard let ticks = Int64(text), ticks > 0, ticks < .max else { return nil }
        return ticks / 10_000 - 11_644_473_600_000
    }

    /// Days since 1970-01-01 (RFC 2307's shadowExpire); none of them, or one below, is "never" (shadow(5)).
    static func days(_ text: String) -> Int64? {
        guard let days = Int64(text), 1...4_000_000 ~= days else { return nil }
        return days * 86_400_000
    }

    /// RFC 4517 §3.3.13: `YYYYMMDDHH[MM[SS]][.fraction]` and `Z` or an offset.
    static func generalizedTime(_ text: String) -> Int64? {
        var rest = ArraySlice(text.utf8)
        guard rest.count <= 64, let year = number(&rest, 4), let month = number(&rest, 2), let day = number(&rest, 2),
            let hour = number(&rest, 2), hour < 24, let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let minute = number(&rest, 2) ?? 0
        let second = number(&rest, 2) ?? 0
        guard minute < 60, second <= 60 else { return nil }
        if rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") {
            rest = rest.dropFirst().drop(while: \.isASCIIDigit)
        }
        var offset = 0
        switch rest.popFirst() {
        case UInt8(ascii: "Z"): break
        case let sign? where sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"):
            guard let hours = number(&rest, 2), hours < 24 else { return nil }
            let minutes = number(&rest, 2) ?? 0
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
        default: return nil
        }
        guard rest.isEmpty else { return nil }
        let minutes = (date.dayNumber * 24 + hour) * 60 + minute - offset
        return Int64(minutes * 60 + second) * 1_000
    }

    /// RFC 4517 §3.3.13, in whole seconds: all directories take it so, those that write fractions too.
    static func text(_ time: Int64) -> String? {
        guard time >= 0 else { return nil }
        let seconds = Int(clamping: time / 1_000)
        guard let date = CivilDate(dayNumber: seconds / 86_400) else { return nil }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year = String(repeating: "0", count: max(0, 4 - "\(date.year)".utf8.count)) + "\(date.year)"
        let second = seconds % 86_400
        return year + two(date.month) + two(date.day) + two(second / 3_600) + two(second / 60 % 60) + two(second % 60) + ".0Z"
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(\.isASCIIDigit), let value = digits.decimalValue else {
            return nil
        }
        rest = rest.dropFirst(count)
        return value
    }
}

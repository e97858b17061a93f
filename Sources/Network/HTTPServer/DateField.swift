import Bytes
import Glibc

/// The value of `Date` (RFC 9110 §5.6.7), made once a second on each thread that uses one.
struct DateField {
    private var second = -1
    private var value = ""

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The present time.
    mutating func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return at(time.tv_sec)
    }

    /// - Parameter second: since 1970, not negative.
    mutating func at(_ second: Int) -> String {
        if second != self.second {
            self.second = second
            value = Self.format(second)
        }
        return value
    }

    private static func format(_ second: Int) -> String {
        let (day, time) = (second / 86_400, second % 86_400)
        // Days since 1 March 2000 in eras of 400 years (146,097 days), so that the leap day is a year's last.
        let shifted = day - 11_017
        let era = shifted >= 0 ? shifted / 146_097 : (shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = (shiftedMonth + 2) % 12
        let year = 2000 + era * 400 + yearOfEra + (month < 2 ? 1 : 0)
        var text: [UInt8] = []
        text.reserveCapacity(29)
        text.append(days[day % 7])
        text.append(", ")
        appendTwo(dayOfMonth, to: &text)
        text.append(0x20)
        text.append(months[month])
        text.append(0x20)
        text.append(decimal: year)
        text.append(0x20)
        appendTwo(time / 3_600, to: &text)
        text.append(0x3A)
        appendTwo(time / 60 % 60, to: &text)
        text.append(0x3A)
        appendTwo(time % 60, to: &text)
        text.append(" GMT")
        return String(utf8: text)
    }

    private static func appendTwo(_ number: Int, to text: inout [UInt8]) {
        text.append(UInt8(truncatingIfNeeded: 0x30 + number / 10))
        text.append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
    }
}

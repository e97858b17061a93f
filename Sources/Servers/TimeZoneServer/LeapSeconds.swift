import Bytes
import CivilTime
import HTTPServer

/// RFC 7808 §5.6: how far UTC is behind atomic time, and since when; from the list that comes with the time zone database.
enum LeapSeconds {
    static func response(_ timeZones: TimeZoneDatabase) throws(ZoneProblem) -> HTTPResponse {
        guard let body = Body(timeZones.leapSeconds ?? [], version: timeZones.index.version ?? "unknown") else { throw .noLeapSeconds }
        return JSONBody.response(body)
    }

    struct Body: Encodable {
        struct Change: Encodable, Equatable {
            var offset: Int
            var onset: String

            enum CodingKeys: String, CodingKey {
                case onset
                case offset = "utc-offset"
            }
        }

        var expires: String
        var publisher = "IERS"
        var version: String
        var changes: [Change] = []

        enum CodingKeys: String, CodingKey {
            case expires, publisher, version
            case changes = "leapseconds"
        }

        /// Reads `leap-seconds.list` of IERS and NIST: seconds since 1900 and how far UTC is behind from then on, line by line; one that
        /// begins with `#@` has when the list expires. Nil for what is none.
        init?(_ list: [UInt8], version: String) {
            self.version = version
            var end: String?
            for line in list.split(separator: 0x0A) {
                let isExpiry = line.starts(with: "#@".utf8)
                if line.first == 0x23 && !isExpiry { continue }
                let words = line.dropFirst(isExpiry ? 2 : 0).split { $0.isASCIIWhitespace }
                guard let since = words.first?.decimalValue, since < 1 << 40 else { continue }
                // 1970 is 70 years and 17 days of leap years after 1900.
                let instant = Instant(seconds: Int64(since) - 2_208_988_800)
                if isExpiry {
                    end = ZoneObservances.day(instant)
                } else if words.count > 1, let seconds = words[1].decimalValue {
                    changes.append(Change(offset: seconds, onset: ZoneObservances.day(instant)))
                }
            }
            guard let end, !changes.isEmpty else { return nil }
            expires = end
        }
    }
}

import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

/// Of the table, T1 to T4 are in ValueTests and RecurrenceSetTests, T6 and T10 in CalendarTimeZonesTests, T8 in
/// VTimeZoneRulesTests, T9, T11 and T12 in RecurrenceSetTests; T14 is the server's.
@Suite("The corpus of dates and zones: rows T1 to T14")
struct TimeCorpusTests {
    @Test("T1: what a value is, its text tells, whatever VALUE says", arguments: [
        ("DTSTART:20250101", true), ("DTSTART;VALUE=DATE:20250101", true), ("DTSTART;VALUE=DATE:20250101T000000", false),
        ("DTSTART;VALUE=DATE-TIME:20250101", true), ("DTSTART;VALUE=DATE;TZID=Europe/Berlin:20250101T000000", false),
    ])
    func valueType(line: String, isAllDay: Bool) throws {
        let made = try instances(recurrenceSet(line))
        #expect(made.map(\.isAllDay) == [isAllDay])
        #expect(made.map { text($0.start) } == [isAllDay ? "20250101" : "20250101T000000"])
    }

    @Test("T3: each day at nine is nine on the wall on both sides of the change of clocks, in 23 and 25 hours")
    func dailyOverChange() throws {
        for (day, hours) in [("20250329", 23), ("20251025", 25)] {
            let made = try instances(recurrenceSet("DTSTART;TZID=Europe/Berlin:\(day)T090000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2"))
            #expect(made[1].interval.start.seconds - made[0].interval.start.seconds == Int64(hours) * 3600)
            #expect(made[0].interval.end == made[1].interval.start)
        }
    }

    @Test("T4: years from 1 to 9999 have their instants, also before 1970 and after 2038", arguments: [
        ("00010101T000000Z", -62_135_596_800), ("16010101T000000Z", -11_644_473_600), ("19691231T235959Z", -1),
        ("20380119T031408Z", 2_147_483_648), ("99991231T235959Z", 253_402_300_799),
    ])
    func farTimes(value: String, seconds: Int64) throws {
        #expect(try instances(recurrenceSet("DTSTART:\(value)")).map(\.interval.start.seconds) == [seconds])
    }

    @Test("T5: a floating time is where it is looked at from, and a VFREEBUSY's too")
    func floating() throws {
        let tokyo = FixedOffset(seconds: 9 * 3600)
        for (lines, kind) in [("DTSTART:20250601T090000\nDTEND:20250601T100000", "VEVENT"),
                              ("DTSTART:20250601T090000\nDTEND:20250601T100000", "VFREEBUSY")] {
            let set = try recurrenceSet(lines, kind: kind)
            #expect(try instances(set, from: "20250601T000000", to: "20250601T010000", floatingIn: tokyo).count == 1)
            #expect(try instances(set, from: "20250601T090000", to: "20250601T100000", floatingIn: tokyo).isEmpty)
            #expect(try instances(set, from: "20250601T070000", to: "20250601T080000", floatingIn: Berlin()).count == 1)
            #expect(try instances(set, from: "20250601T090000", to: "20250601T100000").count == 1)
        }
    }

    @Test("T7: the ladder of names, from the database's own to those that nobody knows", arguments: [
        ("Europe/Berlin", 2.0), ("\"Europe/Berlin\"", 2), (" Europe/Berlin  ", 2), ("Russian Standard Time", 3),
        ("Russian Standard Time 1", 3), ("W. Europe Daylight Time", 2), ("GMT+3", 3), ("UTC+03:00", 3), ("+0300", 3),
        ("(UTC+03:00) Moscow, St. Petersburg", 3), ("(GMT+05:30) Nowhere", 5.5), ("/mozilla.org/20050126_1/Europe/Berlin", 2),
        ("/freeassociation.sourceforge.net/Europe/Berlin", 2), ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", 2),
        ("tzone://Microsoft/Custom", -1), ("Customized Time Zone 1", -1), ("", -1), ("Nowhere/Nothing", -1),
    ])
    func names(id: String, hours: Double) throws {
        let zones = CalendarTimeZones(nil, database: ZoneFiles.database, fallback: FixedOffset(seconds: -3600))
        let summer = Instant(seconds: 1_782_864_000)
        let found = zones.resolve(id)
        #expect(Double(found.rules.offset(at: summer)) / 3600 == hours)
        #expect((found.origin == .unresolved) == (hours < 0))
    }

    @Test("T7: the names of Windows in other languages, and old names of the database")
    func otherNames() throws {
        let zones = ["Asia/Kolkata", "Asia/Calcutta", "America/New_York", "US/Eastern", "Etc/GMT-3", "Europe/Moscow"]
        let database = TimeZoneDatabase(index: TimeZoneIndex(names: zones)) { _ in ZoneFiles.all["Europe/Moscow"] }
        for (id, name) in [("Asia/Calcutta", "Asia/Calcutta"), ("us/eastern", "US/Eastern"), ("Etc/GMT-3", "Etc/GMT-3"),
                           ("Москва, Санкт-Петербург", "Europe/Moscow"), ("Eastern Standard Time", "America/New_York")] {
            #expect(CalendarTimeZones(nil, database: database).resolve(id).origin == .database(name), "\(id)")
        }
    }

    @Test("T13: a day is the same day from UTC+14 to UTC-12", arguments: [14, 13, 0, -11, -12])
    func allDay(hours: Int) throws {
        let set = try recurrenceSet("DTSTART;VALUE=DATE:20250301\nDTEND;VALUE=DATE:20250302")
        let place = FixedOffset(seconds: hours * 3600)
        let midnight = try instant("20250301T000000Z").seconds - Int64(hours) * 3600
        func count(_ start: Int64, _ end: Int64) throws -> Int {
            var budget = StepBudget(100)
            var made = set.instances(
                overlapping: InstantRange(start: Instant(seconds: start), end: Instant(seconds: end)), floatingIn: place)
            var days: [String] = []
            while let instance = try made.next(&budget) { days.append(text(instance.start)) }
            #expect(Set(days).isSubset(of: ["20250301"]))
            return days.count
        }
        #expect(try count(midnight, midnight + 1) == 1)
        #expect(try count(midnight + 86_399, midnight + 86_400) == 1)
        #expect(try count(midnight - 3600, midnight) == 0)
        #expect(try count(midnight + 86_400, midnight + 90_000) == 0)
    }
}

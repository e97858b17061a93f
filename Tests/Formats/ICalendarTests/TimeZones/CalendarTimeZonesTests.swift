import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite struct CalendarTimeZonesTests {
    private let fallback = FixedOffset(seconds: 12_345)
    private let summer = Instant(seconds: 1_782_864_000)

    private func zones(
        _ lines: [String], _ policy: CalendarTimeZones.Policy = .databaseFirst
    ) throws -> CalendarTimeZones {
        let document = try CalendarDocument.parse(calendar(lines))
        return CalendarTimeZones(
            document.calendars.first { _ in true }, database: ZoneFiles.database, policy: policy, fallback: fallback)
    }

    private func embedded(_ id: String, _ lines: [String] = standard("19700101T000000", "+0700", "+0700")) -> [String] {
        ["BEGIN:VTIMEZONE", "TZID:" + id] + lines + ["END:VTIMEZONE"]
    }

    @Test("T6: for a name of the database, also in a vendor's path, the policy decides", arguments: [
        "Europe/Moscow", "/mozilla.org/20050126_1/Europe/Moscow", "europe/moscow",
    ])
    func policy(_ id: String) throws {
        let database = try zones(embedded(id)).resolve(id)
        #expect(database.origin == .database("Europe/Moscow"))
        #expect(database.rules.offset(at: summer) == 10_800)
        let own = try zones(embedded(id), .embeddedFirst).resolve(id)
        #expect(own.origin == .embedded)
        #expect(own.rules.offset(at: summer) == 25_200)
    }

    @Test("T10: rules that a government has changed since do not shift events, unless the calendar's own are asked for")
    func oldRules() throws {
        // Moscow before 2011, as a client wrote it then.
        let old = embedded("Europe/Moscow",
            daylight("19930328T020000", "+0300", "+0400", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
            + standard("19961027T030000", "+0400", "+0300", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"))
        #expect(try zones(old).rules(for: "Europe/Moscow").offset(at: summer) == 10_800)
        #expect(try zones(old, .embeddedFirst).rules(for: "Europe/Moscow").offset(at: summer) == 14_400)
    }

    @Test("T6: for any other name the calendar's own rules decide under both policies", arguments: [
        "Russian Standard Time", "Customized Time Zone 1", "GMT+3", "(UTC+03:00) Moscow, St. Petersburg",
        "tzone://Microsoft/Custom",
    ])
    func own(_ id: String) throws {
        for policy in [CalendarTimeZones.Policy.databaseFirst, .embeddedFirst] {
            let found = try zones(embedded(id), policy).resolve(id)
            #expect(found.origin == .embedded)
            #expect(found.rules.offset(at: summer) == 25_200)
        }
    }

    @Test("T7: without a VTIMEZONE the name must do", arguments: [
        ("Russian Standard Time", CalendarTimeZones.Origin.database("Europe/Moscow"), 10_800),
        ("GMT+3", .offset, 10_800),
        (" Europe/Berlin ", .database("Europe/Berlin"), 7200), ("Customized Time Zone 1", .unresolved, 12_345),
        ("", .unresolved, 12_345), ("Nowhere", .unresolved, 12_345),
    ])
    func without(_ id: String, _ origin: CalendarTimeZones.Origin, _ offset: Int) throws {
        let zones = try zones(event())
        for _ in 0..<2 {
            let found = zones.resolve(id)
            #expect(found.origin == origin)
            #expect(found.rules.offset(at: summer) == offset)
        }
        let none = CalendarTimeZones(nil, database: ZoneFiles.database, fallback: fallback)
        #expect(none.resolve(id).origin == origin)
    }

    @Test("a VTIMEZONE that cannot be used may tell what it is a copy of, and the first of two counts")
    func unusable() throws {
        let copy = embedded("Mine", ["X-LIC-LOCATION:Europe/Berlin"])
        #expect(try zones(copy).resolve("Mine").origin == .database("Europe/Berlin"))
        #expect(try zones(embedded("Mine", ["TZID-ALIAS-OF:Asia/Tokyo"])).resolve("Mine").origin
            == .database("Asia/Tokyo"))
        #expect(try zones(embedded("Europe/Berlin", []), .embeddedFirst).resolve("Europe/Berlin").origin
            == .database("Europe/Berlin"))
        #expect(try zones(embedded("Mine", [])).resolve("Mine").origin == .unresolved)
        let two = embedded("Mine") + embedded("Mine", standard("19700101T000000", "+0100", "+0100"))
        #expect(try zones(two).rules(for: "Mine").offset(at: summer) == 25_200)
    }
}

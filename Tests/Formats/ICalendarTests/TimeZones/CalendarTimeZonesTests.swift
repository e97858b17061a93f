import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite struct CalendarTimeZonesTests {
    private let fallback = FixedOffset(seconds: 12_345)
    private let summer = Instant(seconds: 1_782_864_000)

    private func zones(
        _ lines: [String], _ precedence: TimeZoneDatabase.Precedence = .embedded
    ) throws -> CalendarTimeZones {
        let document = try CalendarDocument.parse(calendar(lines))
        return CalendarTimeZones(
            document.calendars.first { _ in true }, database: ZoneFiles.database(precedence), fallback: fallback)
    }

    private func embedded(_ id: String, _ lines: [String] = standard("19700101T000000", "+0700", "+0700")) -> [String] {
        ["BEGIN:VTIMEZONE", "TZID:" + id] + lines + ["END:VTIMEZONE"]
    }

    @Test("T6: for a name of the database, also in a vendor's path, the setting decides", arguments: [
        "Europe/Moscow", "/mozilla.org/20050126_1/Europe/Moscow", "europe/moscow",
    ])
    func precedence(_ id: String) throws {
        let database = try zones(embedded(id), .database).resolve(id)
        #expect(database.origin == .database("Europe/Moscow"))
        #expect(database.rules.offset(at: summer) == 10_800)
        let own = try zones(embedded(id)).resolve(id)
        #expect(own.origin == .embedded)
        #expect(own.rules.offset(at: summer) == 25_200)
    }

    @Test("T10: rules that a government has changed since are the object's, unless the database's are asked for")
    func oldRules() throws {
        // Moscow before 2011, as a client wrote it then.
        let old = embedded("Europe/Moscow",
            daylight("19930328T020000", "+0300", "+0400", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
            + standard("19961027T030000", "+0400", "+0300", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"))
        #expect(try zones(old, .database).rules(for: "Europe/Moscow").offset(at: summer) == 10_800)
        #expect(try zones(old).rules(for: "Europe/Moscow").offset(at: summer) == 14_400)
    }

    @Test("a definition that says what the database says is that zone of the database, however it is written", arguments: [
        daylight("19960331T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
            + standard("19961027T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
        daylight("20240331T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=SU;BYMONTHDAY=25,26,27,28,29,30,31")
            + standard("20241027T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
        // Of one year, without rules.
        daylight("20250330T020000", "+0100", "+0200") + standard("20251026T030000", "+0200", "+0100"),
        standard("20241027T030000", "+0200", "+0100") + daylight("20250330T020000", "+0100", "+0200"),
    ])
    func same(_ lines: [String]) throws {
        let zones = try zones(embedded("Europe/Berlin", lines))
        let found = zones.resolve("Europe/Berlin")
        #expect(found.origin == .database("Europe/Berlin"))
        #expect(found.rules.offset(at: summer) == 7200)
    }

    @Test("a definition that begins late is completed from the database, also where its own rules differ")
    func begin() throws {
        let zones = try zones(embedded("Europe/Berlin", standard("20250101T000000", "+0500", "+0500")))
        let found = zones.resolve("Europe/Berlin")
        #expect(found.origin == .embedded)
        let times = ["20240701T000000Z", "20241231T180000Z", "20250101T000000Z", "20260701T000000Z"]
        #expect(try times.map { try found.rules.offset(at: utc($0)) } == [7200, 3600, 18_000, 18_000])
    }

    @Test("a list that ends with 2037, and the database goes on, is cut; one that ends before is believed")
    func end() throws {
        func list(through year: Int) throws -> [String] {
            let days = try (2020...year).map { year in
                let march = CivilDate(dayNumber: AnnualDay.weekday(.sunday, onOrAfter: 25, month: 3).dayNumber(in: year))
                let october = CivilDate(dayNumber: AnnualDay.weekday(.sunday, onOrAfter: 25, month: 10).dayNumber(in: year))
                return ("\(year)03\(try #require(march).day)T020000", "\(year)10\(try #require(october).day)T030000")
            }
            return daylight(days[0].0, "+0100", "+0200", "RDATE:" + days.map(\.0).joined(separator: ","))
                + standard(days[0].1, "+0200", "+0100", "RDATE:" + days.map(\.1).joined(separator: ","))
        }
        let whole = try zones(embedded("Europe/Berlin", list(through: 2037)))
        #expect(whole.resolve("Europe/Berlin").origin == .database("Europe/Berlin"))
        let abolished = try zones(embedded("Europe/Berlin", list(through: 2028)))
        #expect(abolished.resolve("Europe/Berlin").origin == .embedded)
        #expect(try abolished.rules(for: "Europe/Berlin").offset(at: utc("20300701T000000Z")) == 3600)
        // A name that nobody knows has nothing to be completed from.
        let own = try zones(embedded("Office", daylight("20250330T020000", "+0100", "+0200") + standard("20251026T030000", "+0200", "+0100")))
        #expect(own.resolve("Office").origin == .embedded)
        #expect(own.rules(for: "Office").offset(at: summer) == 3600)
    }

    @Test("a definition counts up to its TZUNTIL, and the database after that (RFC 7808 §7.1)")
    func until() throws {
        let always = daylight("20200329T020000", "+0100", "+0200") + standard("20191027T030000", "+0200", "+0100")
        let lines = ["TZUNTIL:20210101T000000Z"] + always
        let zones = try zones(embedded("Europe/Berlin", lines))
        // In 2020 summer has no end here; in 2021 the winter is the database's.
        #expect(try zones.rules(for: "Europe/Berlin").offset(at: utc("20201201T000000Z")) == 7200)
        #expect(try zones.rules(for: "Europe/Berlin").offset(at: utc("20210201T000000Z")) == 3600)
        #expect(try zones.rules(for: "Europe/Berlin").offset(at: utc("20260701T000000Z")) == 7200)
        // A name that nobody knows has nothing to go on with.
        let own = try self.zones(embedded("Office", lines))
        #expect(try own.rules(for: "Office").offset(at: utc("20260201T000000Z")) == 7200)
    }

    @Test("the year 2100 is by the object's own rules too")
    func far() throws {
        let own = try zones(embedded("Europe/Berlin",
            daylight("19700501T000000", "+0100", "+0300", "RRULE:FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1")
            + standard("19700901T000000", "+0300", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=1")))
        let rules = own.rules(for: "Europe/Berlin")
        #expect(try ["21000415T000000Z", "21000701T000000Z", "21000915T000000Z"].map { try rules.offset(at: utc($0)) } == [3600, 10_800, 3600])
    }

    @Test("T6: for any other name the calendar's own rules decide under both policies", arguments: [
        "Russian Standard Time", "Customized Time Zone 1", "GMT+3", "(UTC+03:00) Moscow, St. Petersburg",
        "tzone://Microsoft/Custom",
    ])
    func own(_ id: String) throws {
        for precedence in TimeZoneDatabase.Precedence.allCases {
            let found = try zones(embedded(id), precedence).resolve(id)
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
        #expect(try zones(embedded("Europe/Berlin", [])).resolve("Europe/Berlin").origin
            == .database("Europe/Berlin"))
        #expect(try zones(embedded("Mine", [])).resolve("Mine").origin == .unresolved)
        let two = embedded("Mine") + embedded("Mine", standard("19700101T000000", "+0100", "+0100"))
        #expect(try zones(two).rules(for: "Mine").offset(at: summer) == 25_200)
    }
}

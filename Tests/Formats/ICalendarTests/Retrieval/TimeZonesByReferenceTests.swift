import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite("Time zones by reference: RFC 7809, row T14 of the corpus")
struct TimeZonesByReferenceTests {
    private func removed(_ bytes: [UInt8]) throws -> String {
        text(TimeZonesByReference.removingStandardZones(
            from: try CalendarDocument.parse(bytes), database: ZoneFiles.database))
    }

    private func added(_ bytes: [UInt8]) throws -> [UInt8] {
        TimeZonesByReference.addingMissingZones(to: try CalendarDocument.parse(bytes), database: ZoneFiles.database)
    }

    private func meeting(_ zones: String...) -> [String] {
        zones.flatMap { event("1", ["X-TIME;TZID=\"\($0)\":20250701T090000"]) }
    }

    @Test("T14: the zones of the database go, all others stay, and the rest is the same byte for byte")
    func removal() throws {
        let own = zone("Office") + zone("/example.com/Europe/Berlin") + zone("europe/berlin")
        let stored = calendar(zoneOfDatabase("Europe/Berlin") + own + zone("Asia/Tokyo") + meeting("Europe/Berlin"))
        #expect(try removed(stored) == text(calendar(own + meeting("Europe/Berlin"))))
        #expect(try removed(calendar(own)) == text(calendar(own)))
    }

    @Test("a zone of the database stays where a time of the object is another by it")
    func different() throws {
        let stored = calendar(zone("Europe/Berlin", offset: "+0700") + meeting("Europe/Berlin"))
        #expect(try removed(stored) == text(stored))
        #expect(text(TimeZonesByReference.removingStandardZones(
            from: try CalendarDocument.parse(stored), database: ZoneFiles.database(.database))) == text(calendar(meeting("Europe/Berlin"))))
        // Before 1996 it is another than the database's; no time of the object is there.
        let rules = daylight("19700329T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
            + standard("19701025T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")
        let copy = calendar(["BEGIN:VTIMEZONE", "TZID:Europe/Berlin"] + rules + ["END:VTIMEZONE"] + meeting("Europe/Berlin"))
        #expect(try removed(copy) == text(calendar(meeting("Europe/Berlin"))))
    }

    @Test("line ends and folds of what stays are not touched, and a lost END takes nothing with it")
    func bytes() throws {
        let source = """
            BEGIN:VCALENDAR
            BEGIN:VTIMEZONE
            TZID:Europe/Berlin
            BEGIN:VEVENT
            UID:1
            X:a
             b
            END:VEVENT
            END:VCALENDAR

            """
        #expect(try removed([UInt8](source.utf8)) == """
            BEGIN:VCALENDAR
            BEGIN:VEVENT
            UID:1
            X:a
             b
            END:VEVENT
            END:VCALENDAR

            """)
    }

    @Test("a zone that is used and not defined is written before the first component")
    func addition() throws {
        let stored = calendar(zone("Asia/Tokyo", offset: "+0900") + meeting("Europe/Berlin", "Asia/Tokyo", "Europe/Berlin"))
        let made = try added(stored)
        let resource = try calendarObject(made)
        #expect(TimeZoneReferences.defined(in: resource.calendar) == ["Europe/Berlin", "Asia/Tokyo"])
        // What is not the new zone is what was there.
        let document = try CalendarDocument.parse(made)
        #expect(text(TimeZonesByReference.removingStandardZones(from: document, database: ZoneFiles.database))
            == text(calendar(meeting("Europe/Berlin", "Asia/Tokyo", "Europe/Berlin"))))
        let rules = try #require(resource.calendar.children.first { _ in true }.flatMap { VTimeZoneRules.compile($0) })
        #expect(try rules.hours("20250701T000000Z", "20260101T000000Z", "20270701T000000Z") == [2, 1, 2])
    }

    @Test("names of Windows and offsets get the zone that they mean under their own name; what nobody knows gets none")
    func foreignNames() throws {
        let resource = try calendarObject(added(calendar(
            meeting("W. Europe Standard Time", "(UTC+03:00) Nowhere, at all", "Customized Time Zone 1"))))
        #expect(TimeZoneReferences.defined(in: resource.calendar)
            == ["W. Europe Standard Time", "(UTC+03:00) Nowhere, at all"])
    }

    @Test("where nothing is missing nothing is changed, and not every one of many names is answered")
    func bounds() throws {
        let complete = calendar(zone("Europe/Berlin") + meeting("Europe/Berlin")).filter { $0 != 0x0D }
        #expect(try added(complete) == complete)
        let many = (0..<200).map { "X-TIME;TZID=/\($0)/Europe/Berlin:20250701T090000" }
        let resource = try calendarObject(added(calendar(event("1", many))))
        #expect(TimeZoneReferences.defined(in: resource.calendar).count == 50)
    }
}

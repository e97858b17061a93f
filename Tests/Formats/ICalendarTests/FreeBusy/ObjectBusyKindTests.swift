import ContentLines
import ICalendar
import Testing

@Suite("What an index holds of an object's busy time")
struct ObjectBusyKindTests {
    private let master = "DTSTART:20250101T090000Z\nRRULE:FREQ=DAILY"

    @Test("an event is of one kind if its master and all overrides are")
    func events() throws {
        let override = "\n\nRECURRENCE-ID:20250102T090000Z\nDTSTART:20250102T100000Z"
        #expect(try calendarObject(master).busyKind() == .uniform(.busy))
        #expect(try calendarObject(master + override).busyKind() == .uniform(.busy))
        #expect(try calendarObject(master + override + "\nTRANSP:TRANSPARENT").busyKind() == .varies)
        #expect(try calendarObject(master + "\nSTATUS:TENTATIVE" + override + "\nSTATUS:TENTATIVE").busyKind()
            == .uniform(.tentative))
        #expect(try calendarObject(master + "\nTRANSP:TRANSPARENT").busyKind() == .uniform(.free))
        #expect(try calendarObject(master + "\nX-MICROSOFT-CDO-BUSYSTATUS:oof").busyKind() == .uniform(.unavailable))
    }

    @Test("for somebody who has declined one instance it varies")
    func participation() throws {
        let override = "\n\nRECURRENCE-ID:20250102T090000Z\nATTENDEE;PARTSTAT=DECLINED:mailto:me@x"
        let stored = try calendarObject(master + override)
        #expect(stored.busyKind() == .uniform(.busy))
        #expect(stored.busyKind(Participation(addresses: ["mailto:me@x"])) == .varies)
    }

    @Test("tasks and notes are free; busy time and hours say themselves what is what")
    func others() throws {
        #expect(try calendarObject(master, kind: "VTODO").busyKind() == .uniform(.free))
        #expect(try calendarObject(master, kind: "VJOURNAL").busyKind() == .uniform(.free))
        #expect(try calendarObject("FREEBUSY:20250101T010000Z/PT1H", kind: "VFREEBUSY").busyKind() == .varies)
        #expect(try calendarObject("SUMMARY:hours", kind: "VAVAILABILITY").busyKind() == .varies)
    }
}

import Bytes
import CivilTime
import ContentLines
import ICalendar
import TestRandom
import Testing

@Suite("Editing of managed attachments: RFC 8607 §3.4 to §3.6")
struct AttachmentEditTests {
    private func edit(
        _ bytes: [UInt8], _ change: AttachmentEdit.Change, rid: String? = nil, maximumSize: Int = 1 << 20,
        steps: Int = 100_000
    ) throws -> String {
        let targets = try rid.map { try #require(AttachmentTarget.list($0)) }
        var budget = StepBudget(steps)
        return text(
            try AttachmentEdit(change, of: targets).apply(
                to: try CalendarObjectResource.validate(bytes), database: ZoneFiles.database, maximumSize: maximumSize,
                budget: &budget))
    }

    private func attachment(_ id: String = "97S") -> ManagedAttachment {
        ManagedAttachment(
            managedID: id, uri: "https://cal.example.com/attach/64/34X22R", mediaType: "text/html", size: 38,
            filename: "agenda.html")
    }

    /// The line as it is written: with its folds.
    private func line(_ id: String = "97S") -> [String] {
        [
            "ATTACH;MANAGED-ID=\(id);FMTTYPE=text/html;SIZE=38;FILENAME=agenda.html:https:",
            " //cal.example.com/attach/64/34X22R",
        ]
    }

    private let daily = [
        "BEGIN:VEVENT", "UID:1", "DTSTART;TZID=Europe/Berlin:20250328T090000", "DTEND;TZID=Europe/London:20250328T090000",
        "RRULE:FREQ=DAILY", "EXDATE;TZID=Europe/Berlin:20250401T090000", "SUMMARY:Stand-up", "BEGIN:VALARM",
        "TRIGGER:-PT5M", "END:VALARM", "END:VEVENT",
    ]

    /// The event of RFC 8607 §3.4.
    private let meeting = [
        "BEGIN:VEVENT", "UID:20010712T182145Z-123401@example.com", "DTSTAMP:20120201T203412Z", "DTSTART:20120714T170000Z",
        "DTEND:20120715T040000Z", "SUMMARY:One-off meeting",
    ]

    @Test("§3.4, §3.5, §3.6: a property comes, becomes another one, and goes; the rest is the same byte for byte")
    func sequence() throws {
        let stored = calendar(meeting + ["END:VEVENT"])
        let added = try edit(stored, .add(attachment()))
        #expect(added == text(calendar(meeting + line() + ["END:VEVENT"])))
        let updated = try edit([UInt8](added.utf8), .update(managedID: "97S", attachment("98S")))
        #expect(updated == text(calendar(meeting + line("98S") + ["END:VEVENT"])))
        #expect(try edit([UInt8](updated.utf8), .remove(managedID: "98S")) == text(stored))
    }

    @Test("odd line ends, folds and a missing END stay what they were")
    func bytes() throws {
        let source = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:a\n b\rBEGIN:VALARM\nEND:VALARM\n\nEND:VCALENDAR"
        let added = try edit([UInt8](source.utf8), .add(attachment()))
        let attach = line().joined(separator: "\r\n") + "\r\n"
        #expect(added == source.replacing("BEGIN:VALARM", with: attach + "BEGIN:VALARM"))
        #expect(try edit([UInt8](added.utf8), .remove(managedID: "97S")) == source)
        let bare = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1"
        #expect(try edit([UInt8](bare.utf8), .add(attachment())) == bare + "\r\n" + attach)
    }

    @Test("what a client has besides in the property stays at an update; other attachments stay at all")
    func otherParameters() throws {
        let stored = calendar(
            event("1", ["ATTACH;X-LABEL=\"a;b\";SIZE=1;managed-id=97s:x", "ATTACH;X-LABEL=c;SIZE=1;MANAGED-ID=97S;FILENAME=o:x"]))
        let updated = try edit(stored, .update(managedID: "97S", attachment("98S"))).replacing("\r\n ", with: "")
        #expect(updated.contains("ATTACH;X-LABEL=\"a;b\";SIZE=1;managed-id=97s:x\r\n"))
        #expect(updated.contains("ATTACH;X-LABEL=c;MANAGED-ID=98S;FMTTYPE=text/html;SIZE=38;FILENAME=agenda.html"))
    }

    @Test("names with everything in them are parameters (RFC 6868)")
    func names() throws {
        var odd = attachment()
        (odd.filename, odd.mediaType) = ("a\"b;c,d^e: ж\n.txt", nil)
        let added = try edit(calendar(event()), .add(odd))
        let object = try CalendarObjectResource.validate([UInt8](added.utf8))
        let line = try #require(object.components.first?.property("ATTACH"))
        #expect(line.parameter("FILENAME")?.value == odd.filename && line.parameter("FMTTYPE") == nil)
        #expect(object.managedIDs(limit: 9) == ["97S"])
    }

    @Test("without a rid it is about the master and all overrides; M is the master alone (§3.3.2)")
    func targets() throws {
        let override = event("1", ["RECURRENCE-ID;TZID=Europe/Berlin:20250329T090000"])
        let stored = calendar(daily + override)
        func counts(_ bytes: String) -> [Int] { bytes.split(separator: "BEGIN:VEVENT").dropFirst().map { $0.count(of: "ATTACH") } }
        #expect(try counts(edit(stored, .add(attachment()))) == [1, 1])
        #expect(try counts(edit(stored, .add(attachment()), rid: "M,M")) == [1, 0])
        // The same instance in each of its forms.
        for rid in ["20250329T080000Z", "20250329T090000", "20250329T080000Z,20250329T090000"] {
            #expect(try counts(edit(stored, .add(attachment()), rid: rid)) == [0, 1], "\(rid)")
        }
        let all = try [UInt8](edit(stored, .add(attachment())).utf8)
        #expect(try counts(edit(all, .remove(managedID: "97S"), rid: "M")) == [0, 1])
        #expect(try counts(edit(all, .remove(managedID: "97S"), rid: "20250329T080000Z")) == [1, 0])
        #expect(try counts(edit(all, .remove(managedID: "97S"), rid: "20250331T070000Z")) == [1, 1, 0])
    }

    @Test("an instance gets a component of its own: its times in their forms, across a change of clocks, without the rules")
    func derived() throws {
        let added = try edit(calendar(daily), .add(attachment()), rid: "20250331T070000Z")
        let own = [
            "BEGIN:VEVENT", "UID:1", "DTSTART;TZID=Europe/Berlin:20250331T090000",
            "RECURRENCE-ID;TZID=Europe/Berlin:20250331T090000", "DTEND;TZID=Europe/London:20250331T090000",
            "SUMMARY:Stand-up",
        ] + line() + ["BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM", "END:VEVENT"]
        #expect(added == text(calendar(daily + own)))
    }

    @Test("days, floating times, tasks by their due time, and periods of RDATE")
    func forms() throws {
        func derived(_ lines: [String], _ name: String = "VEVENT", rid: String) throws -> [String] {
            let stored = calendar(["BEGIN:\(name)", "UID:1"] + lines + ["END:\(name)"])
            let added = try edit(stored, .add(attachment()), rid: rid)
            let own = try #require(added.split(separator: "BEGIN:\(name)\r\n").last)
            return own.split(separator: "\r\n").map(String.init).filter {
                $0.hasPrefix("D") || $0.hasPrefix("RECURRENCE-ID")
            }
        }
        #expect(
            try derived(["DTSTART;VALUE=DATE:20250101", "DTEND;VALUE=DATE:20250103", "RRULE:FREQ=WEEKLY"], rid: "20250108")
                == ["DTSTART;VALUE=DATE:20250108", "RECURRENCE-ID;VALUE=DATE:20250108", "DTEND;VALUE=DATE:20250110"])
        #expect(
            try derived(["DTSTART:20250101T100000", "DURATION:P1D", "RRULE:FREQ=WEEKLY"], rid: "20250108T100000")
                == ["DTSTART:20250108T100000", "RECURRENCE-ID:20250108T100000", "DURATION:P1D"])
        #expect(
            try derived(["DUE:20250101T100000Z", "RRULE:FREQ=WEEKLY"], "VTODO", rid: "20250108T100000Z")
                == ["DUE:20250108T100000Z", "RECURRENCE-ID:20250108T100000Z"])
        #expect(
            try derived(
                ["DTSTART:20250101T100000Z", "RDATE;VALUE=PERIOD:20250108T100000Z/PT2H"], rid: "20250108T100000Z")
                == ["DTSTART:20250108T100000Z", "RECURRENCE-ID:20250108T100000Z", "DTEND:20250108T120000Z"])
        #expect(
            try derived(
                ["DTSTART:20250101T100000Z", "DURATION:PT1H", "RDATE;VALUE=PERIOD:20250108T100000Z/PT2H"],
                rid: "20250108T100000Z")
                == ["DTSTART:20250108T100000Z", "RECURRENCE-ID:20250108T100000Z", "DURATION:PT2H"])
    }

    @Test("an instance after a RANGE=THISANDFUTURE is made of that override")
    func thisAndFuture() throws {
        let moved = [
            "BEGIN:VEVENT", "UID:1", "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20250330T090000",
            "DTSTART;TZID=Europe/Berlin:20250330T110000", "DURATION:PT1H", "SUMMARY:Later", "END:VEVENT",
        ]
        let added = try edit(calendar(daily + moved), .add(attachment()), rid: "20250402T090000")
        let own = [
            "BEGIN:VEVENT", "UID:1", "DTSTART;TZID=Europe/Berlin:20250402T110000",
            "RECURRENCE-ID;TZID=Europe/Berlin:20250402T090000", "DURATION:PT1H", "SUMMARY:Later",
        ] + line() + ["END:VEVENT"]
        #expect(added == text(calendar(daily + moved + own)))
    }

    @Test("an instance that is not, and what nothing has, are refused (§3.11)")
    func refusals() throws {
        for rid in ["20250401T090000", "20250329T100000Z", "20250329", "20250329T090000Z", "20250101T090000"] {
            let target = try #require(AttachmentTarget.list(rid)?.first)
            #expect(throws: AttachmentEdit.Refusal.noInstance(target)) {
                try edit(calendar(daily), .add(attachment()), rid: rid)
            }
        }
        let orphan = calendar(event("1", ["RECURRENCE-ID:20250102T090000Z"]))
        #expect(throws: AttachmentEdit.Refusal.noInstance(.master)) { try edit(orphan, .add(attachment()), rid: "M") }
        #expect(try edit(orphan, .add(attachment()), rid: "20250102T090000Z").contains("ATTACH"))
        for change in [AttachmentEdit.Change.remove(managedID: "x"), .update(managedID: "x", attachment())] {
            #expect(throws: AttachmentEdit.Refusal.noAttachment) { try edit(calendar(daily), change) }
        }
        #expect(throws: AttachmentEdit.Refusal.noAttachment) {
            try edit(calendar(daily), .remove(managedID: "x"), rid: "20250331T070000Z")
        }
        #expect(throws: AttachmentEdit.Refusal.tooLarge) { try edit(calendar(daily), .add(attachment()), maximumSize: 100) }
        #expect(throws: AttachmentEdit.Refusal.tooManySteps) {
            try edit(calendar(daily), .add(attachment()), rid: "20250331T070000Z", steps: 0)
        }
    }

    @Test("a rid is M and times", arguments: ["", "m", "M,", "x", "M;20250101", ","])
    func invalidTargets(_ rid: String) { #expect(AttachmentTarget.list(rid) == nil) }

    @Test("whatever is written, an edit gives an object with one attachment more, and its removal the object before", arguments: 0..<200)
    func roundTrip(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let lines = [
            "SUMMARY:x", "ATTACH:http://x", "RRULE:FREQ=DAILY;COUNT=5", "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM", "X-A:1\r\n 2",
            "DTEND:20250102T100000Z", "", "no value", "BEGIN:VALARM\r\nTRIGGER:PT0S",
        ]
        let chosen = (0..<Int.random(in: 0..<6, using: &random)).compactMap { _ in lines.randomElement(using: &random) }
        var bytes = calendar(event("1", chosen))
        if Bool.random(using: &random) { bytes = bytes.filter { $0 != 0x0D } }
        let before = try CalendarObjectResource.validate(bytes).managedIDs(limit: 9).count
        let added = try [UInt8](edit(bytes, .add(attachment())).utf8)
        #expect(try CalendarObjectResource.validate(added).managedIDs(limit: 9).count == before + 1)
        #expect(try edit(added, .remove(managedID: "97S")) == text(bytes))
    }
}

extension Substring {
    fileprivate func count(of word: String) -> Int { split(separator: word, omittingEmptySubsequences: false).count - 1 }
}

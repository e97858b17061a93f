import DAVGrammar

/// The objects of the demo organisation, around the day on which it is made.
struct DemoContent: Sendable {
    let domain: String
    /// Milliseconds since 1970.
    let now: Int64
    let colleagues: [(name: String, displayName: String)]

    // MARK: Days

    private var monday: Int64 {
        let days = now / 86_400_000
        return days - (days + 3) % 7
    }

    /// `YYYYMMDD`, so many days after this week's Monday.
    private func day(_ offset: Int) -> String {
        InternetDate.format(seconds: (monday + Int64(offset)) * 86_400).prefix(10).filter { $0 != "-" }
    }

    private func time(_ offset: Int, _ clock: String) -> String { "\(day(offset))T\(clock)00" }

    private var stamp: String { "\(day(0))T060000Z" }

    // MARK: Calendars

    /// A calendar object of one component with the zones that it names.
    private func object(_ uid: String, _ component: String, zones: [String] = [], _ lines: [String], more: [[String]] = []) -> (name: String, text: String) {
        var all = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tegu//Demo//EN", "CALSCALE:GREGORIAN"]
        for zone in zones { all += DemoZones.lines[zone] ?? [] }
        for part in [lines] + more {
            all += ["BEGIN:\(component)", "UID:\(uid)@\(domain)", "DTSTAMP:\(stamp)"] + part + ["END:\(component)"]
        }
        all.append("END:VCALENDAR")
        return ("\(uid).ics", all.map { $0 + "\r\n" }.joined())
    }

    private func attendees(_ organizer: String) -> [String] {
        ["ORGANIZER;CN=\(displayName(organizer)):mailto:\(organizer)@\(domain)"]
            + colleagues.map { "ATTENDEE;CN=\($0.displayName);PARTSTAT=\($0.name == organizer ? "ACCEPTED" : "NEEDS-ACTION"):mailto:\($0.name)@\(domain)" }
    }

    private func displayName(_ name: String) -> String { colleagues.first { $0.name == name }?.displayName ?? name }

    func events(of user: String, seed: Int) -> [(name: String, text: String)] {
        let berlin = "Europe/Berlin"
        var events = [
            object("\(user)-standup", "VEVENT", zones: [berlin], [
                "SUMMARY:Stand-up", "DTSTART;TZID=\(berlin):\(time(-21, "0915"))", "DTEND;TZID=\(berlin):\(time(-21, "0930"))",
                "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "EXDATE;TZID=\(berlin):\(time(3, "0915"))", "CATEGORIES:TEAM",
                "LOCATION:Room 3\\, second floor", "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Stand-up", "TRIGGER:-PT5M", "END:VALARM",
            ], more: [[
                "RECURRENCE-ID;TZID=\(berlin):\(time(1, "0915"))", "SUMMARY:Stand-up (with the customer)",
                "DTSTART;TZID=\(berlin):\(time(1, "1000"))", "DTEND;TZID=\(berlin):\(time(1, "1030"))",
            ]]),
            object("\(user)-planning", "VEVENT", zones: [berlin], [
                "SUMMARY:Планирование недели", "DTSTART;TZID=\(berlin):\(time(-14, "1000"))", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=26",
                "DESCRIPTION:Повестка:\\n- итоги прошлой недели\\n- планы\\, сроки",
            ] + attendees("boris")),
            object("\(user)-newyork", "VEVENT", zones: ["America/New_York"], [
                "SUMMARY:Call with New York", "DTSTART;TZID=America/New_York:\(time(2, "0900"))", "DTEND;TZID=America/New_York:\(time(2, "1000"))",
                "RRULE:FREQ=WEEKLY;INTERVAL=2", "URL:https://meet.example.com/newyork",
            ] + attendees("emma")),
            object("\(user)-flight", "VEVENT", zones: [berlin, "Asia/Tokyo"], [
                "SUMMARY:Flight to Tokyo", "DTSTART;TZID=\(berlin):\(time(9, "1320"))", "DTEND;TZID=Asia/Tokyo:\(time(10, "0855"))", "TRANSP:OPAQUE",
                "LOCATION:Frankfurt → 東京",
            ]),
            object("\(user)-holiday", "VEVENT", [
                "SUMMARY:Urlaub an der Nordsee", "DTSTART;VALUE=DATE:\(day(21))", "DTEND;VALUE=DATE:\(day(28))", "TRANSP:TRANSPARENT", "CATEGORIES:HOLIDAY",
            ]),
            object("\(user)-birthday", "VEVENT", [
                "SUMMARY:Clara's birthday", "DTSTART;VALUE=DATE:1988\(day(4).dropFirst(4))", "RRULE:FREQ=YEARLY", "TRANSP:TRANSPARENT",
            ]),
            object("\(user)-dentist", "VEVENT", zones: [berlin], [
                "SUMMARY:Dentist", "CLASS:PRIVATE", "DTSTART;TZID=\(berlin):\(time(3, "1630"))", "DURATION:PT45M",
                "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Dentist", "TRIGGER:-P1D", "END:VALARM",
            ]),
            object("\(user)-payday", "VEVENT", [
                "SUMMARY:Salaries", "DTSTART;VALUE=DATE:\(day(-30).prefix(6))28", "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            ]),
        ]
        let topics = ["Review", "Interview", "Lunch with Emma", "Budget", "Customer visit", "Workshop", "Architecture", "Обед", "1:1", "Retro"]
        for index in 0..<30 {
            let offset = index % 5 + (index / 5 - 2) * 7
            let hour = 11 + (index * 3 + seed) % 6
            events.append(object("\(user)-meeting-\(index)", "VEVENT", zones: [berlin], [
                "SUMMARY:\(topics[(index + seed) % topics.count])", "DTSTART;TZID=\(berlin):\(time(offset, "\(hour)00"))",
                "DTEND;TZID=\(berlin):\(time(offset, "\(hour)45"))", "LOCATION:Room \(1 + (index + seed) % 7)",
                "STATUS:\(index % 9 == 0 ? "TENTATIVE" : "CONFIRMED")",
            ]))
        }
        return events
    }

    func projectEvents(seed: Int) -> [(name: String, text: String)] {
        ["Kick-off", "Prototype", "Beta", "Release"].enumerated().map { index, title in
            object("project-\(index)", "VEVENT", [
                "SUMMARY:\(title)", "DTSTART;VALUE=DATE:\(day(index * 14 - 7 + seed))", "CATEGORIES:PROJECT", "COLOR:teal",
            ])
        }
    }

    func tasks(seed: Int) -> [(name: String, text: String)] {
        [
            object("task-offer", "VTODO", ["SUMMARY:Write the offer", "DUE:\(day(2))T150000Z", "PRIORITY:1", "STATUS:IN-PROCESS", "PERCENT-COMPLETE:40"]),
            object("task-offer-prices", "VTODO", ["SUMMARY:Ask for prices", "RELATED-TO:task-offer@\(domain)", "DUE;VALUE=DATE:\(day(1))"]),
            object("task-report", "VTODO", [
                "SUMMARY:Сдать отчёт", "DTSTART;VALUE=DATE:\(day(0))", "DUE;VALUE=DATE:\(day(4))", "RRULE:FREQ=WEEKLY;BYDAY=FR", "PRIORITY:5",
            ]),
            object("task-travel", "VTODO", ["SUMMARY:Book the hotel", "STATUS:COMPLETED", "COMPLETED:\(day(-2))T090000Z", "PERCENT-COMPLETE:100"]),
            object("task-someday", "VTODO", ["SUMMARY:Tidy the archive", "PRIORITY:9"]),
        ]
    }

    // MARK: Cards and files

    func cards() -> [(name: String, text: String)] {
        let family = ["Adler", "Becker", "Dubois", "Fischer", "Иванов", "Jansen", "Kowalski", "Lehmann", "Martin", "Novák", "Петрова", "Rossi"]
        let given = ["Alex", "Bea", "Chloé", "Daniel", "Елена", "Finn", "Grażyna", "Henrik", "Inès", "Jan", "Катя", "Luca"]
        var cards = (0..<36).map { index -> (name: String, text: String) in
            let (last, first) = (family[index % 12], given[(index * 5 + index / 12) % 12])
            let isNew = index % 3 == 2
            let lines = isNew
                ? ["VERSION:4.0", "UID:urn:uuid:00000000-0000-4000-8000-0000000000\(index + 10)", "KIND:individual", "FN:\(first) \(last)",
                   "N:\(last);\(first);;;", "EMAIL;TYPE=work;PREF=1:person\(index)@partner.example", "TEL;VALUE=uri;TYPE=cell:tel:+49-170-55501\(index + 10)"]
                : ["VERSION:3.0", "UID:card-\(index)@\(domain)", "FN:\(first) \(last)", "N:\(last);\(first);;;", "ORG:Partner \(index % 4);Sales",
                   "EMAIL;TYPE=WORK,PREF:person\(index)@partner.example", "TEL;TYPE=CELL:+49 170 55501\(index + 10)",
                   "ADR;TYPE=WORK:;;Street \(index + 1);Berlin;;101\(index + 10);Germany"]
            return ("card-\(index).vcf", (["BEGIN:VCARD"] + lines + ["END:VCARD"]).map { $0 + "\r\n" }.joined())
        }
        cards.append(("group-partners.vcf", ([
            "BEGIN:VCARD", "VERSION:3.0", "UID:group-partners@\(domain)", "FN:Partners", "N:Partners;;;;", "X-ADDRESSBOOKSERVER-KIND:group",
        ] + (0..<5).filter { $0 % 3 != 2 }.map { "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:card-\($0)@\(domain)" } + ["END:VCARD"])
            .map { $0 + "\r\n" }.joined()))
        return cards
    }

    func files(of displayName: String) -> [(folder: String, entries: [(name: String, type: String, text: String)])] {
        [
            ("Documents", [
                ("Welcome.md", "text/markdown; charset=utf-8", "# Welcome, \(displayName)\n\nThese files are yours; any WebDAV client can open them.\n"),
                ("Заметки.txt", "text/plain; charset=utf-8", "Позвонить в банк\nКупить билеты\n"),
            ]),
            ("Projects", [("plan.csv", "text/csv; charset=utf-8", "phase,weeks\nprototype,4\nbeta,6\nrelease,2\n")]),
        ]
    }
}

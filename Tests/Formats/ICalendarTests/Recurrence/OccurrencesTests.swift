import CivilTime
import ICalendar
import TestRandom
import Testing

@Suite("Rules: seeking, and what evaluation costs")
struct OccurrencesTests {
    @Test("from whatever time one seeks, what follows is the tail of the whole", arguments: [
        "FREQ=DAILY;INTERVAL=3;COUNT=60", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU;WKST=SU;COUNT=60",
        "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=60", "FREQ=MONTHLY;BYDAY=-1FR,2TU;COUNT=60",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=12",
        "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU;COUNT=60", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;COUNT=60",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE;BYHOUR=8,20;BYSETPOS=2,-2;COUNT=60", "FREQ=HOURLY;INTERVAL=7;COUNT=60",
        "FREQ=MINUTELY;INTERVAL=25;BYHOUR=9,10;COUNT=60", "FREQ=SECONDLY;INTERVAL=3607;COUNT=60",
        "FREQ=DAILY;BYMONTH=1,12;BYHOUR=1,5,9;COUNT=60", "FREQ=YEARLY;BYYEARDAY=1,-1,100;COUNT=60",
        "FREQ=YEARLY;BYDAY=20MO;COUNT=60",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=1,31;COUNT=60", "FREQ=DAILY;UNTIL=20260301",
        "FREQ=MONTHLY;INTERVAL=5",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=30,31;COUNT=60",
        "FREQ=HOURLY;BYDAY=SA;BYMINUTE=7,8;COUNT=60",
        "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD;COUNT=20",
        "RSCALE=CHINESE;FREQ=MONTHLY;BYMONTHDAY=30;COUNT=40",
        "RSCALE=ETHIOPIC;FREQ=MONTHLY;INTERVAL=2;COUNT=40",
    ])
    func seeking(text: String) throws {
        let rule = try rule(text)
        // The second start is no instance of most of the rules.
        for start in ["20250101T090000", "20250131T221500"] {
            let all = try occurrences(rule, start, first: 60)
            var random = SeededGenerator(state: 7)
            let begin = try time(start).wall.wallSeconds
            let end = try time(#require(all.last)).wall.wallSeconds
            for round in 0..<40 {
                var target = Int64.random(in: (begin - 86_400)...(end + 86_400), using: &random)
                if round % 4 == 0 { target = try time(all[round % all.count]).wall.wallSeconds + Int64(round % 3) - 1 }
                let wall = try #require(CivilDateTime(wallSeconds: target))
                let tail = all.filter { $0 >= ICalendarTests.text(.floating(wall)) }
                let made = try occurrences(rule, start, first: tail.count, from: ICalendarTests.text(.floating(wall)))
                #expect(made == tail, "\(text) from \(start), sought \(ICalendarTests.text(.floating(wall)))")
                if rule.count != nil, all.count < 60 || rule.count == 60 {
                    #expect(try occurrences(rule, start, first: tail.count + 1, from: ICalendarTests.text(.floating(wall))) == tail)
                }
            }
        }
    }

    @Test("an instance of the year 2100 and of 9999 costs a few steps", arguments: [
        "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=YEARLY", "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=7", "FREQ=HOURLY;BYHOUR=3", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "FREQ=DAILY;COUNT=9000000",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=9000000", "FREQ=MONTHLY;COUNT=900000", "FREQ=YEARLY;COUNT=90000",
        "FREQ=SECONDLY;COUNT=900000000000", "FREQ=MONTHLY;BYDAY=1MO;COUNT=900000",
        "FREQ=DAILY;BYHOUR=1,2;BYSETPOS=-1;COUNT=9000000",
    ])
    func farFuture(text: String) throws {
        for target in ["21000101T000000", "99980101T000000"] {
            let made = try occurrences(rule(text), "19900110T090000", first: 1, from: target, steps: 12)
            let first = try #require(made.first)
            #expect(first >= target && first.prefix(4) <= target.prefix(3) + "9")
        }
    }

    @Test("a count that must be kept by stepping is kept, one step a period")
    func counting() throws {
        let rule = try rule("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=700")
        let made = try occurrences(rule, "20000131", first: 3, from: "20990101", steps: 1300)
        #expect(made == ["20990131", "20990331", "20990531"])
        // 7 in each year: the 700th is the last of 2099.
        #expect(try occurrences(rule, "20000131", first: 9, from: "20991201", steps: 1300) == ["20991231"])
    }

    @Test("whoever has no steps left is told, and can go on with new ones")
    func budget() throws {
        var occurrences = try #require(Occurrences(rule("FREQ=DAILY"), start: time("20250101T000000").wall, isDate: false))
        var budget = StepBudget(5)
        var made: [CivilDateTime] = []
        #expect(throws: StepBudget.Exhausted.self) {
            while let wall = try occurrences.next(&budget) { made.append(wall) }
        }
        budget = StepBudget(100)
        while made.count < 20, let wall = try occurrences.next(&budget) { made.append(wall) }
        #expect(try made.map { text(.floating($0)) }
            == ICalendarTests.occurrences("FREQ=DAILY", "20250101T000000", first: 20))
    }

    @Test("the calendar ends with the year 9999")
    func endOfCalendar() throws {
        #expect(try occurrences("FREQ=YEARLY", "99971231T235959")
            == ["99971231T235959", "99981231T235959", "99991231T235959"])
        #expect(try occurrences("FREQ=SECONDLY", "99991231T235958") == ["99991231T235958", "99991231T235959"])
        #expect(try occurrences("FREQ=WEEKLY;INTERVAL=600", "99911231").count == 1)
        #expect(try occurrences("FREQ=DAILY", "20250101", first: 1, from: "99991231") == ["99991231"])
        #expect(try occurrences("FREQ=MONTHLY", "00010101", first: 2) == ["00010101", "00010201"])
    }

    @Test("a set of many members is not made to be counted")
    func largeSets() throws {
        let minutes = (0...59).map(String.init).joined(separator: ",")
        let hours = (0...23).map(String.init).joined(separator: ",")
        let text = "FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=\(hours);BYMINUTE=\(minutes)"
            + ";BYSECOND=\(minutes);BYSETPOS=-1,31000000"
        let made = try occurrences(rule(text), "20250101T000000", first: 3, steps: 10)
        #expect(made == ["20250101T000000", "20251225T190639", "20251231T235959"])
    }
}

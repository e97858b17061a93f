import CivilTime
import ICalendar
import Testing

@Suite struct AnnualDayTests {
    @Test("the day of a rule that is taken for annual is the one that evaluating it gives, in each year", arguments: [
        "BYMONTH=3;BYDAY=-1SU", "BYMONTH=2;BYDAY=-1TH", "BYMONTH=2;BYDAY=4TH", "BYMONTH=11;BYDAY=1SU",
        "BYMONTH=2;BYDAY=-2MO",
        "BYMONTH=3;BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13,14", "BYMONTH=10;BYDAY=FR;BYMONTHDAY=-7,-6,-5,-4,-3,-2,-1",
        "BYMONTH=2;BYDAY=FR;BYMONTHDAY=-7,-6,-5,-4,-3,-2,-1", "BYMONTH=2;BYDAY=SA;BYMONTHDAY=22,23,24,25,26,27,28",
        "BYMONTH=4;BYDAY=SU;BYSETPOS=-1", "BYMONTH=4;BYDAY=SU;BYSETPOS=2", "BYMONTH=9;BYMONTHDAY=21",
        "BYMONTH=2;BYMONTHDAY=-1",
        "BYMONTH=9", "WKST=SU", "BYYEARDAY=60", "BYYEARDAY=-60", "BYDAY=FR;BYYEARDAY=-67,-66,-65,-64,-63,-62,-61",
        "BYDAY=MO;BYYEARDAY=1,2,3,4,5,6,7", "BYDAY=MO;BYYEARDAY=-7,-6,-5,-4,-3,-2,-1",
    ])
    func sameAsEvaluated(_ parts: String) throws {
        let rule = try rule("FREQ=YEARLY;" + parts)
        let start = try #require(CivilDate(year: 1995, month: 1, day: 5))
        let day = try #require(rule.annualDay(start: start))
        var occurrences = try #require(Occurrences(rule, start: CivilDateTime(start), isDate: false,
            includesStart: false))
        var budget = StepBudget(10_000)
        var year = day.dayNumber(in: 1995) < start.dayNumber ? 1996 : 1995
        for _ in 0..<60 {
            #expect(try occurrences.next(&budget)?.dayNumber == day.dayNumber(in: year))
            year += 1
        }
        // Written, it is a rule for the same days.
        let written = try #require(RecurrenceRule(annual: day))
        let again = try #require(written.annualDay(start: start))
        for year in 1995...2040 { #expect(again.dayNumber(in: year) == day.dayNumber(in: year)) }
    }

    @Test("a rule that some year has no day for, or more than one, is none", arguments: [
        "BYMONTH=3;BYDAY=5SU", "BYMONTH=3;BYDAY=SU", "BYMONTH=3;BYDAY=1SU,2SU", "BYMONTH=2;BYMONTHDAY=29",
        "BYMONTHDAY=5",
        "BYMONTH=3,4;BYDAY=1SU", "BYDAY=20MO", "BYYEARDAY=366", "BYYEARDAY=-366", "INTERVAL=2",
        "BYMONTH=2;BYDAY=SU;BYMONTHDAY=23,24,25,26,27,28,29",
        "BYMONTH=4;BYDAY=SU;BYMONTHDAY=25,26,27,28,29,30,31", "BYMONTH=3;BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13",
        "BYHOUR=1,2",
        "BYMONTH=3;BYDAY=SU;BYMONTHDAY=-3,-2,-1,1,2,3,4", "BYMONTH=3;BYDAY=SU;BYSETPOS=5", "BYWEEKNO=20",
        "BYDAY=MO;BYYEARDAY=360,361,362,363,364,365,366", "BYMONTH=3;BYDAY=-5SU", "BYMONTH=3;BYMONTHDAY=1,2",
    ])
    func others(_ parts: String) throws {
        let start = try #require(CivilDate(year: 1995, month: 1, day: 5))
        #expect(try rule("FREQ=YEARLY;" + parts).annualDay(start: start) == nil)
    }

    @Test("the anniversary of February 29 is none")
    func leapDay() throws {
        let start = try #require(CivilDate(year: 1996, month: 2, day: 29))
        #expect(try rule("FREQ=YEARLY").annualDay(start: start) == nil)
    }
}

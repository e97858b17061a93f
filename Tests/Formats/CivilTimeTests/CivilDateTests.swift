import CivilTime
import Testing

@Suite struct CivilDateTests {
    @Test("every day of 10,000 years has a number, and every number its day")
    func bothWays() throws {
        var number = CivilDate.firstDayNumber
        for year in 0...9999 {
            for month in 1...12 {
                for day in 1...CivilDate.dayCount(year: year, month: month) {
                    let date = try #require(CivilDate(year: year, month: month, day: day))
                    if date.dayNumber != number || CivilDate(dayNumber: number) != date {
                        Issue.record("\(date) is not \(number)")
                        return
                    }
                    number += 1
                }
            }
        }
        #expect(number == CivilDate.lastDayNumber + 1)
    }

    @Test("days that do not exist", arguments: [(2023, 2, 29), (1900, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (10000, 1, 1), (-1, 1, 1)])
    func missing(_ year: Int, _ month: Int, _ day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test("weekdays and days of the year")
    func weekdays() throws {
        #expect(try #require(CivilDate(year: 1970, month: 1, day: 1)).weekday == .thursday)
        #expect(try #require(CivilDate(year: 1969, month: 12, day: 28)).weekday == .sunday)
        #expect(try #require(CivilDate(year: 2000, month: 2, day: 29)).weekday == .tuesday)
        #expect(try #require(CivilDate(year: 2024, month: 12, day: 31)).dayOfYear == 366)
        #expect(try #require(CivilDate(year: 2023, month: 3, day: 1)).dayOfYear == 60)
    }

    @Test("a time before 1970 has its day and its second")
    func before1970() throws {
        let time = try #require(CivilDateTime(year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 60))
        #expect(time.wallSeconds == -1)
        #expect(time.date == CivilDate(year: 1969, month: 12, day: 31))
        #expect((time.hour, time.minute, time.second) == (23, 59, 59))
        #expect(CivilDateTime(year: 2024, month: 1, day: 1, hour: 24, minute: 0, second: 0) == nil)
        #expect(CivilDateTime(wallSeconds: .max) == nil)
    }
}

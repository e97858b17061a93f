import CivilTime
import Testing

@Suite struct CivilDateTests {
    @Test("the ends of every month of 10,000 years have the numbers that counting gives, and the numbers their days")
    func bothWays() throws {
        var number = CivilDate.firstDayNumber
        for year in 0...9999 {
            for month in 1...12 {
                let count = CivilDate.dayCount(year: year, month: month)
                for day in [1, count] where !holds(year, month, day, number + day - 1) { return }
                number += count
            }
        }
        #expect(number == CivilDate.lastDayNumber + 1)
    }

    @Test("every day of the 400 years after which the calendar repeats has a number, and every number its day")
    func wholeCycle() {
        var number = CivilDate.dayNumber(year: 1800, month: 1, day: 1)
        for year in 1800..<2200 {
            for month in 1...12 {
                for day in 1...CivilDate.dayCount(year: year, month: month) {
                    if !holds(year, month, day, number) { return }
                    number += 1
                }
            }
        }
    }

    private func holds(_ year: Int, _ month: Int, _ day: Int, _ number: Int) -> Bool {
        let date = CivilDate(year: year, month: month, day: day)
        if let date, date.dayNumber == number, CivilDate(dayNumber: number) == date { return true }
        Issue.record("\(year)-\(month)-\(day) is not \(number)")
        return false
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

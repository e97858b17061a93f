import ForeignCalendars
import Testing

@Suite("When a source is asked again")
struct RefreshScheduleTests {
    private let schedule = RefreshSchedule()
    private let minute: Int64 = 60_000
    private let hour: Int64 = 3_600_000

    @Test("half a day where nobody says anything")
    func byDefault() {
        #expect(schedule.interval(wished: nil, source: nil, maximumAge: nil) == 12 * hour)
    }

    @Test("what the source says, within bounds (RFC 7986 §5.7)")
    func source() {
        #expect(schedule.interval(wished: nil, source: hour, maximumAge: nil) == hour)
        #expect(schedule.interval(wished: nil, source: 1000, maximumAge: nil) == 15 * minute)
        #expect(schedule.interval(wished: nil, source: 365 * 24 * hour, maximumAge: nil) == 7 * 24 * hour)
        #expect(schedule.interval(wished: nil, source: .max, maximumAge: .max) == 7 * 24 * hour)
        #expect(schedule.interval(wished: nil, source: hour, maximumAge: 48 * hour) == hour)
    }

    @Test("its owner may want it more seldom than the source says, not more often")
    func wish() {
        #expect(schedule.interval(wished: hour, source: nil, maximumAge: nil) == hour)
        #expect(schedule.interval(wished: 24 * hour, source: hour, maximumAge: nil) == 24 * hour)
        #expect(schedule.interval(wished: hour, source: 24 * hour, maximumAge: nil) == 24 * hour)
    }

    @Test("not within the time for which an answer stays fresh (RFC 9111 §5.2.2.1)")
    func maximumAge() {
        #expect(schedule.interval(wished: nil, source: nil, maximumAge: 24 * hour) == 24 * hour)
        #expect(schedule.interval(wished: nil, source: nil, maximumAge: minute) == 12 * hour)
        #expect(schedule.interval(wished: hour, source: nil, maximumAge: 2 * hour) == 2 * hour)
    }

    @Test("up to a tenth is added by chance, nothing is taken away")
    func jitter() {
        #expect(schedule.next(after: 0, interval: hour, jitter: 0) == hour)
        #expect(schedule.next(after: 0, interval: hour, jitter: 1) == hour + 6 * minute)
        #expect(schedule.next(after: 0, interval: hour, jitter: -5) == hour)
    }

    @Test("after failures ever later, up to a day, and not before the source wants (RFC 9110 §10.2.3)")
    func failures() {
        func wait(_ count: Int, _ retryAfter: Int64? = nil) -> Int64 {
            schedule.next(after: 0, failureCount: count, retryAfter: retryAfter, jitter: 0)
        }
        #expect(wait(1) == 15 * minute)
        #expect(wait(3) == 20 * minute)
        #expect(wait(4) == 40 * minute)
        #expect(wait(20) == 24 * hour)
        #expect(wait(.max) == 24 * hour)
        #expect(wait(1, 3 * hour) == 3 * hour)
        #expect(wait(1, .max) == 7 * 24 * hour)
        #expect(wait(0) == 15 * minute)
        #expect((1..<30).allSatisfy { wait($0) <= wait($0 + 1) })
    }
}

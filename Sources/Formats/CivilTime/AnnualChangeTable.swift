/// Annual changes, made ready for the questions of `ZoneRules`. Any year costs the same.
struct AnnualChangeTable: Sendable {
    /// What is looked at.
    enum Axis: Sendable { case timeLine, wall }

    struct Row: Sendable {
        let day: AnnualDay
        /// From the day's midnight to the change: on the time line in seconds of UTC, and on the wall as in
        /// `ZoneRules.Row.wall`.
        let timeLineShift: Int
        let wallShift: Int
        let offset: Int
        let observance: Int

        func seconds(in year: Int, on axis: Axis) -> Int64 {
            Int64(day.dayNumber(in: year)) * 86_400 + Int64(axis == .timeLine ? timeLineShift : wallShift)
        }
    }

    let changes: [AnnualChange]
    let rows: [Row]

    init(_ changes: [AnnualChange], indexOf: (Observance) -> Int) {
        // Some year has to tell their order; that of changes which lie close together may differ in other years.
        self.changes = changes.sorted { $0.instant(in: 2001) < $1.instant(in: 2001) }
        var before = self.changes.last?.after.offset ?? 0
        rows = self.changes.map { change in
            let shift = change.secondOfDay - change.offsetBefore
            let turn = max(before, change.after.offset)
            before = change.after.offset
            return Row(day: change.day, timeLineShift: shift, wallShift: shift + turn, offset: before,
                       observance: indexOf(change.after))
        }
    }

    /// The row that came last, and when it came; nil only where there are none.
    func latest(at seconds: Int64, on axis: Axis) -> (seconds: Int64, row: Row)? {
        if rows.isEmpty { return nil }
        let (year, isNearEnd) = Self.year(of: seconds)
        var latest: (seconds: Int64, row: Row)?
        // A change at the end of the year before may come up to nine days late.
        for year in stride(from: isNearEnd ? year + 1 : year, through: year - 2, by: -1) {
            for row in rows {
                let change = row.seconds(in: year, on: axis)
                if change <= seconds, latest.map({ $0.seconds <= change }) ?? true { latest = (change, row) }
            }
            if let latest { return latest }
        }
        return rows.last.map { (seconds, $0) }
    }

    /// The first change after `seconds`; nil after the year 9999.
    func next(after seconds: Int64) -> (seconds: Int64, row: Row)? {
        if rows.isEmpty || seconds >= Self.lastSecond { return nil }
        let (year, _) = Self.year(of: seconds)
        for year in (year - 1)...(year + 2) {
            let later = rows.lazy.map { (seconds: $0.seconds(in: year, on: .timeLine), row: $0) }
                .filter { $0.seconds > seconds }
            if let next = later.min(by: { $0.seconds < $1.seconds }) { return next }
        }
        return nil
    }

    private static let firstSecond = Int64(CivilDate.firstDayNumber) * 86_400
    private static let lastSecond = Int64(CivilDate.lastDayNumber) * 86_400 + 86_399

    /// The year, and whether changes of the next one may have come already.
    private static func year(of seconds: Int64) -> (year: Int, isNearEnd: Bool) {
        let inRange = min(max(seconds, firstSecond), lastSecond)
        let day = Int((inRange - firstSecond) / 86_400) + CivilDate.firstDayNumber
        guard let date = CivilDate(dayNumber: day) else { return (1970, false) }
        return (date.year, date.month == 12 && date.day > 20)
    }
}

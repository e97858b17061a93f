import CivilTime
import CollectionStore
import Database
import ICalendar

/// Judges objects by a calendar query's filter.
struct CalendarJudge {
    private let plan: CalendarQueryPlan
    private let component: [UInt8]?
    private let evaluator: CalendarFilterEvaluator
    private let zone: any TimeZoneRules
    private let server: DAVServer
    private let work: QueryWork

    init(_ plan: CalendarQueryPlan, _ zone: any TimeZoneRules, _ server: DAVServer, _ work: QueryWork) {
        self.plan = plan
        component = plan.component.map { [UInt8]($0.utf8) }
        evaluator = CalendarFilterEvaluator(plan.filter)
        self.zone = zone
        self.server = server
        self.work = work
    }

    /// What the member's row tells is not read from the object. Throws `StepBudget.Exhausted` where it would take too much to tell.
    func isWanted(_ tx: borrowing ReadTransaction, _ member: borrowing MemberView) throws -> Bool {
        if work.isCut { return false }
        if let component {
            guard member.component.elementsEqual(component) else { return false }
            if plan.isOnlyRange, plan.range == nil { return true }
        }
        if plan.isAll { return true }
        let bytes = try ObjectData.bytes(tx, member, server.files)
        guard let object = try? CalendarObjectResource.validate(bytes) else { return false }
        let zones = CalendarTimeZones(object.calendar, database: server.timeZones, fallback: zone)
        // What is long costs more than its lines: texts are folded.
        try work.spend(1 + (bytes.count >> 10))
        return try work.withShare { steps in try evaluator.matches(object, zones: zones, floatingIn: zone, within: plan.window, &steps) }
    }
}

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

    /// What the member's row tells is not read from the object.
    func isWanted(_ tx: borrowing ReadTransaction, _ member: borrowing MemberView) throws -> Bool {
        if work.isCut { return false }
        if let component {
            guard member.component.elementsEqual(component) else { return false }
            if plan.isOnlyRange, plan.range == nil { return true }
        }
        guard let object = try? CalendarObjectResource.validate(ObjectData.bytes(tx, member, server.files)) else { return false }
        let zones = CalendarTimeZones(object.calendar, database: server.timeZones, fallback: zone)
        do {
            return try evaluator.matches(object, zones: zones, floatingIn: zone, &work.steps)
        } catch {
            work.cut()
            return false
        }
    }
}

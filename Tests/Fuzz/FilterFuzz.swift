import CivilTime
import ContentLines
import ICalendar
import VCard

/// Asks filters of whatever can be read as a calendar or a card, and holds what an index would say against the answers.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let document = try? CalendarDocument.parse(bytes), let object = try? CalendarObjectResource.validate(document) {
        askCalendar(object)
    }
    if let document = try? VCardDocument.parse(bytes), let card = document.cards.first(where: { _ in true }) {
        askCard(card)
    }
    return 0
}

private struct UTC: ZoneResolving {
    func rules(for zoneID: String) -> any TimeZoneRules { FixedOffset.utc }
}

private let range = InstantRange(start: Instant(seconds: 1_100_000_000), end: Instant(seconds: 1_200_000_000))

private func askCalendar(_ object: CalendarObjectResource) {
    var alarm = ComponentFilter(name: "VALARM")
    alarm.timeRange = range
    var text = CalendarPropertyFilter(name: "SUMMARY")
    text.text = TextMatch("e", collation: .unicodeCasemap)
    text.parameters = [ParameterFilter(name: "LANGUAGE", test: .isNotDefined)]
    var time = CalendarPropertyFilter(name: "DTSTAMP")
    time.timeRange = range
    var inRange = ComponentFilter(name: object.kind.name)
    inRange.timeRange = range
    var others = ComponentFilter(name: object.kind.name)
    others.components = [alarm]
    others.properties = [text, time]
    var onlyText = ComponentFilter(name: object.kind.name)
    onlyText.properties = [text]
    let spans = CalendarIndexSpans.of(object, zones: UTC())
    let searchText = CalendarSearchText.of(object)
    for filter in [inRange, others, onlyText] {
        var root = ComponentFilter(name: "VCALENDAR")
        root.components = [filter]
        var budget = StepBudget(20_000)
        let matches = try? CalendarFilterEvaluator(root).matches(
            object, zones: UTC(), floatingIn: FixedOffset.utc, &budget)
        guard matches == true else { continue }
        if filter == inRange { precondition(spans.isUndated || spans.runs.contains(where: isFound)) }
        if let searchText, let required = root.requiredSubstrings { precondition(required.allow(searchText)) }
    }
}

private func isFound(_ run: RecurrenceRun) -> Bool {
    let wall = CalendarIndexSpans.wallBounds(range, in: FixedOffset.utc)
    let lower = run.isFloating ? wall.lower : range.start?.seconds ?? .min
    let upper = run.isFloating ? wall.upper : range.end?.seconds ?? .max
    return run.start < upper && (run.end > lower || run.start == run.end && run.start >= lower)
}

private func askCard(_ card: Component) {
    let searchText = CardSearchText.of(card)
    for name in ["FN", "N", "EMAIL", "item1.TEL", "NICKNAME"] {
        for type in [TextMatch.MatchType.contains, .equals, .startsWith, .endsWith] {
            var property = CardPropertyFilter(name: name)
            property.texts = Collation.allCases.map { TextMatch("e", collation: $0, matchType: type) }
            property.parameters = [ParameterFilter(name: "TYPE", test: .matches(TextMatch("a", collation: .octet)))]
            property.isAnyOf = type == .equals
            var filter = CardFilter()
            filter.properties = [property]
            let matches = CardFilterEvaluator(filter).matches(card)
            if matches, let searchText, let required = filter.requiredSubstrings { precondition(required.allow(searchText)) }
        }
    }
}

import Bytes
import ContentLines

/// Puts the components of one UID together to one VCALENDAR.
struct CalendarObjectAssembly {
    private let group: CalendarFileIndex.Group
    private let index: CalendarFileIndex
    private var parts: [Part] = []
    /// RECURRENCE-ID, with its parameters, to the place in `parts`; a master has the empty one.
    private var places: [[UInt8]: Int] = [:]

    private struct Part {
        var bytes: [UInt8]
        var sequence: Int
        var lineNumber: Int
        var calendar: Int
        var timeZoneIDs: [String]
    }

    init(group: CalendarFileIndex.Group, index: CalendarFileIndex) {
        self.group = group
        self.index = index
    }

    /// Whether nothing was added, or all of it refused.
    var isEmpty: Bool { parts.isEmpty }

    /// What is refused for it: of two components for the same instance, the one with the higher SEQUENCE is taken, and
    /// of equal ones the later. The very same component twice is one.
    mutating func add(_ component: Component, _ entry: CalendarFileIndex.Entry) -> [CalendarSplitter.Refusal] {
        guard index.calendars.indices.contains(entry.calendar) else { return [] }
        var bytes: [UInt8] = []
        if index.calendars[entry.calendar].isVersion1 {
            do {
                bytes = try VCalendar1Conversion.convert(component)
            } catch {
                return [refusal(entry.lineNumber, error.sentence)]
            }
        } else {
            component.appendSource(to: &bytes)
        }
        let sequence = component.property("SEQUENCE")?.value.trimmingASCIIWhitespace.decimalValue ?? 0
        let part = Part(
            bytes: WellFormedText.document(bytes), sequence: sequence, lineNumber: entry.lineNumber,
            calendar: entry.calendar, timeZoneIDs: TimeZoneReferences.referenced(in: component))
        let instance = component.property("RECURRENCE-ID").map { Array($0.unfolded) } ?? []
        guard let place = places[instance] else {
            places[instance] = parts.count
            parts.append(part)
            return []
        }
        let other = parts[place]
        if other.bytes == part.bytes { return [] }
        let winner = other.sequence > part.sequence ? other : part
        let loser = other.sequence > part.sequence ? part : other
        parts[place] = winner
        let reason = "Line \(winner.lineNumber) has the same \(group.kind.name) again, in a version to prefer."
        return [refusal(loser.lineNumber, reason)]
    }

    func bytes() -> [UInt8] {
        var out: [UInt8] = []
        out.append("BEGIN:VCALENDAR\r\n")
        if let first = parts.first { out.append(contentsOf: index.headers[index.calendars[first.calendar].header]) }
        var written: Set<String> = []
        for part in parts {
            for id in part.timeZoneIDs {
                guard let place = index.calendars[part.calendar].timeZones[id], written.insert(id).inserted else {
                    continue
                }
                out.append(contentsOf: WellFormedText.document(index.timeZones[place]))
            }
        }
        for part in parts { out.append(contentsOf: part.bytes) }
        out.append("END:VCALENDAR\r\n")
        return out
    }

    private func refusal(_ lineNumber: Int, _ reason: String) -> CalendarSplitter.Refusal {
        CalendarSplitter.Refusal(lineNumber: lineNumber, uid: group.uid, reason: reason)
    }
}

import Bytes
import CivilTime
import ContentLines

extension ContentLine {
    /// Appends the line with its times in UTC and without a reference to a time zone (RFC 4791 §9.6.5); as it stands
    /// where it has none. A value that is no time is left as it is.
    func appendInUTC(withValue: Bool, _ zones: some ZoneResolving, to out: inout [UInt8]) {
        let refersToZone = parameter("TZID") != nil
        if !refersToZone, withValue { return appendSource(to: &out) }
        var content: [UInt8] = []
        appendName(without: refersToZone ? ["TZID"] : [], to: &content)
        content.append(0x3A)
        if withValue { appendValueInUTC(zones, to: &content) }
        ContentLineFolding.append(content[...], to: &out)
    }

    private func appendValueInUTC(_ zones: some ZoneResolving, to content: inout [UInt8]) {
        let zoneID = zoneID
        for (place, item) in value.split(separator: 0x2C, omittingEmptySubsequences: false).enumerated() {
            if place > 0 { content.append(0x2C) }
            if let period = PeriodValue(item, zoneID: zoneID) {
                period.start.inUTC(zones).append(to: &content)
                content.append(0x2F)
                switch period.end {
                case .time(let time): time.inUTC(zones).append(to: &content)
                case .duration(let duration): duration.append(to: &content)
                }
            } else if let time = CalendarTime(item, zoneID: zoneID) {
                time.inUTC(zones).append(to: &content)
            } else {
                content.append(contentsOf: item)
            }
        }
    }

    /// Appends group, name and parameters, but for those with the names.
    func appendName(without names: [StaticString], to out: inout [UInt8]) {
        if let group {
            out.append(contentsOf: group)
            out.append(0x2E)
        }
        out.append(contentsOf: name)
        for parameter in parameters where !names.contains(where: { parameter.isNamed($0) }) {
            out.append(0x3B)
            if !parameter.isBareWord {
                out.append(contentsOf: parameter.name)
                out.append(0x3D)
            }
            out.append(contentsOf: parameter.rawValue)
        }
    }
}

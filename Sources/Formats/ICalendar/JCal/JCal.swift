package import ContentLines

/// RFC 7265: iCalendar as JSON, both ways.
///
/// What is understood has its type; what is not is `unknown`, with the text that stood there, so that the way back gives the
/// same calendar. From JSON only that is taken which lines of text can hold.
package enum JCal {
    /// One calendar, `["vcalendar", [...], [...]]`, in UTF-8.
    package static func json(of calendar: Component) -> [UInt8] {
        var out: [UInt8] = []
        JSONContent(PropertyTypes.dialect).append(calendar, hasComponents: true, to: &out)
        return out
    }

    /// The components within one, with commas between them.
    package static func json(ofComponentsIn calendar: Component) -> [UInt8] {
        var out: [UInt8] = []
        let content = JSONContent(PropertyTypes.dialect)
        for child in calendar.children where content.canName(child) {
            if !out.isEmpty { out.append(0x2C) }
            content.append(child, hasComponents: true, to: &out)
        }
        return out
    }

    /// RFC 7265 §3.2: one calendar, or several in an array, as iCalendar.
    package static func iCalendar(
        from json: [UInt8], limits: JSONValue.Limits = JSONValue.Limits()
    ) throws(JSONContentError) -> [UInt8] {
        var out: [UInt8] = []
        let content = JSONContent(PropertyTypes.dialect)
        for object in try JSONContent.objects(json, limits: limits) {
            try content.append(object, hasComponents: true, to: &out)
        }
        return out
    }
}

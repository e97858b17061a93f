import Bytes
import ContentLines

/// Makes the index, in one reading.
struct CalendarFileIndexer {
    private let limits: CalendarSplitterLimits
    private let read: (Range<Int>) throws -> [UInt8]
    private var index = CalendarFileIndex()
    private var groupOfUID: [String: Int] = [:]
    private var headerPlaces: [[UInt8]: Int] = [:]
    private var timeZonePlaces: [[UInt8]: Int] = [:]
    private var timeZoneByteCount = 0
    /// The lines of the open VCALENDAR itself, by their ranges.
    private var ownLines: [Range<Int>] = []
    private var isInCalendar = false
    /// The open components below VCALENDAR, outermost first.
    private var open: [[UInt8]] = []
    private var start = 0
    private var startLineNumber = 0

    init(limits: CalendarSplitterLimits, read: @escaping (Range<Int>) throws -> [UInt8]) {
        self.limits = limits
        self.read = read
    }

    mutating func run(byteCount: Int) throws -> CalendarFileIndex {
        var lines = ContentLineStream(byteCount: byteCount, read: read)
        var lastEnd = 0
        while let line = try lines.next() {
            switch line.kind {
            case .begin(let name): try begin(name, line, lastEnd)
            case .end(let name): try end(name, line, lastEnd)
            case .property: if isInCalendar && open.isEmpty { ownLines.append(line.range) }
            }
            lastEnd = line.range.upperBound
        }
        // A whole file can lack its last END, but hardly the end of the line before.
        if let outermost = open.first, lastEnd == byteCount {
            refuse(nil, "The file ends within this \(String(utf8: outermost.prefix(64))), in the middle of a line.")
            open.removeAll()
        }
        try closeComponent(at: lastEnd)
        try closeCalendar()
        return index
    }

    private mutating func begin(_ name: [UInt8], _ line: ContentLineStream.Line, _ lastEnd: Int) throws {
        let level = CalendarDocument.nesting.level(of: name)
        if level == CalendarDocument.outermost {
            try closeComponent(at: lastEnd)
            try closeCalendar()
            openCalendar()
            return
        }
        // A component of the same kind of place: the one before has lost its END.
        if level == CalendarDocument.sideBySide, let outermost = open.first,
           CalendarDocument.nesting.level(of: outermost) == level {
            try closeComponent(at: lastEnd)
        }
        if open.isEmpty {
            // A file of bare components, without a VCALENDAR around them.
            if index.calendars.isEmpty { openCalendar() }
            start = line.range.lowerBound
            startLineNumber = line.number
        }
        // Beyond the depth that a parser takes, nothing needs to be told apart.
        if open.count < 64 { open.append(name) }
    }

    private mutating func end(_ name: [UInt8], _ line: ContentLineStream.Line, _ lastEnd: Int) throws {
        if let match = open.lastIndex(of: name) {
            open.removeSubrange((match + 1)...)
            if match == 0 {
                try closeComponent(at: line.range.upperBound)
            } else {
                open.removeLast()
            }
        } else if name.elementsEqual("VCALENDAR".utf8) {
            try closeComponent(at: lastEnd)
            try closeCalendar()
        }
    }

    private mutating func openCalendar() {
        index.calendars.append(CalendarFileIndex.Calendar())
        isInCalendar = true
    }

    /// The header is only known now: its lines may stand after components.
    private mutating func closeCalendar() throws {
        guard isInCalendar, let last = index.calendars.indices.last else { return }
        isInCalendar = false
        var calendar = index.calendars[last]
        var source = [UInt8]("BEGIN:VCALENDAR\r\n".utf8)
        for range in ownLines.prefix(1000) where range.count <= 1 << 20 {
            source.append(contentsOf: try read(range))
            source.append("\r\n")
        }
        ownLines.removeAll()
        var header = ContentLineWriter()
        if let own = (try? ComponentTree.parse(source))?.roots.first {
            let version = own.property("VERSION")
            calendar.isVersion1 = version?.isValue("1.0") ?? false
            if calendar.isVersion1 || version == nil { header.property("VERSION", text: "2.0") }
            if own.property("PRODID") == nil { header.property("PRODID", text: CalendarJoiner.productID) }
            for line in own.properties where !index.properties.take(line) {
                if calendar.isVersion1 && VCalendar1Conversion.isOwnHeader(line) { continue }
                var bytes: [UInt8] = []
                line.appendSource(to: &bytes)
                header.verbatim(bytes)
            }
        }
        calendar.header = Self.place(of: header.bytes, in: &headerPlaces, &index.headers)
        index.calendars[last] = calendar
    }

    private mutating func closeComponent(at end: Int) throws {
        guard let outermost = open.first else { return }
        open.removeAll()
        let range = start..<max(start, end)
        let name = String(utf8: outermost.prefix(64))
        if range.count > limits.objectByteCount {
            refuse(nil, "The \(name) has \(range.count) bytes; at most \(limits.objectByteCount) are taken.")
            return
        }
        let tree: ComponentTree
        do {
            tree = try ComponentTree.parse(try read(range), rules: CalendarDocument.nesting)
        } catch let error as ParseError {
            refuse(nil, "The \(name) cannot be read: \(error).")
            return
        }
        guard let component = tree.roots.first else { return }
        if component.isNamed("VTIMEZONE") {
            addTimeZone(component)
        } else if let kind = CalendarComponentKind(of: component) {
            add(component, kind, range)
        } else {
            refuse(nil, "\(name) is no component that a calendar stores by itself.")
        }
    }

    private mutating func addTimeZone(_ component: Component) {
        guard let id = component.property("TZID")?.text else {
            refuse(nil, "The VTIMEZONE has no TZID.")
            return
        }
        guard let calendar = index.calendars.indices.last, index.calendars[calendar].timeZones[id] == nil else {
            return
        }
        let source = component.normalizedSource
        if timeZonePlaces[source] == nil {
            timeZoneByteCount += source.count
            if timeZoneByteCount > limits.timeZoneByteCount {
                refuse(nil, "The time zones of the file have more than \(limits.timeZoneByteCount) bytes.")
                return
            }
        }
        index.calendars[calendar].timeZones[id] = Self.place(of: source, in: &timeZonePlaces, &index.timeZones)
    }

    private mutating func add(_ component: Component, _ kind: CalendarComponentKind, _ range: Range<Int>) {
        guard let line = component.property("UID") else {
            refuse(nil, CalendarObjectInvalid.noUID(kind).sentence)
            return
        }
        let uid = line.text
        if uid.allSatisfy(\.isWhitespace) {
            refuse(nil, CalendarObjectInvalid.emptyUID(kind).sentence)
            return
        }
        let entry = CalendarFileIndex.Entry(
            range: range, lineNumber: startLineNumber, calendar: index.calendars.count - 1)
        guard let group = groupOfUID[uid] else {
            groupOfUID[uid] = index.groups.count
            index.groups.append(CalendarFileIndex.Group(
                uid: uid, kind: kind, lineNumber: startLineNumber, entries: [entry]))
            return
        }
        if index.groups[group].kind != kind {
            refuse(uid, "The \(kind.name) has the UID of a \(index.groups[group].kind.name) in the same file.")
        } else {
            index.groups[group].entries.append(entry)
        }
    }

    private mutating func refuse(_ uid: String?, _ reason: String) {
        index.refusals.append(CalendarSplitter.Refusal(lineNumber: startLineNumber, uid: uid, reason: reason))
    }

    /// The same bytes are kept once: files that are many calendars in a row say the same again and again.
    private static func place(of bytes: [UInt8], in places: inout [[UInt8]: Int], _ all: inout [[UInt8]]) -> Int {
        if let place = places[bytes] { return place }
        places[bytes] = all.count
        all.append(bytes)
        return all.count - 1
    }
}

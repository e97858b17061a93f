import Bytes
import CivilTime
import ContentLines
import Cryptography
import ICalendar

/// Goes through a foreign file once, and gives a UID of its own to what has none or shares one by mistake: else such
/// events could not be told apart, and all but one of them would be lost.
///
/// A made UID is a hash of the component without the lines that many servers write anew for each request: the same
/// event has the same one the next time.
struct ForeignFileScan {
    private(set) var hasCalendar = false
    /// Whether the file ends within a calendar: what is missing is not gone, but was not sent.
    private(set) var isCut = false
    private(set) var interval: Int64?
    /// The file, with the UIDs that were made.
    private(set) var repaired: [UInt8] = []

    private let file: [UInt8]
    private var copied = 0
    /// What has been seen: UID to kind, and UID with RECURRENCE-ID to the first component's hash and SEQUENCE.
    private var kinds: [[UInt8]: [UInt8]] = [:]
    private var instances: [[UInt8]: (hash: [UInt8], sequence: Int)] = [:]

    /// The open component that has, or needs, a UID.
    private struct Open {
        var kind: [UInt8]
        /// Where a UID line can stand: behind BEGIN.
        var head: Int
        var uid: Range<Int>?
        var uidValue: [UInt8] = []
        var recurrenceID: [UInt8] = []
        var sequence = 0
        /// Its lines, without those that do not count.
        var content: [UInt8] = []
    }

    private static let components: [StaticString] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"]

    init(_ file: [UInt8]) throws {
        self.file = file
        repaired.reserveCapacity(file.count)
        var lines = ContentLineStream(byteCount: file.count) { Array(file[$0]) }
        var open: Open?
        var depth = 0
        while let line = try lines.next() {
            switch line.kind {
            case .begin(let name):
                if name.elementsEqual("VCALENDAR".utf8) {
                    hasCalendar = true
                    isCut = true
                    if let open { finish(open) }
                    (open, depth) = (nil, 0)
                } else if Self.components.contains(where: { name.equalsIgnoringASCIICase($0) }) {
                    // One that is still open has lost its END.
                    if let open { finish(open) }
                    open = Open(kind: name, head: line.range.upperBound)
                    depth = 0
                } else if open != nil {
                    depth += 1
                    open?.content.append(contentsOf: file[line.range])
                }
            case .end(let name):
                if name.elementsEqual("VCALENDAR".utf8) { isCut = false }
                if depth > 0 {
                    depth -= 1
                    open?.content.append(contentsOf: file[line.range])
                } else if let ended = open, name == ended.kind {
                    finish(ended)
                    open = nil
                }
            case .property:
                if open == nil {
                    if interval == nil { interval = Self.interval(file[line.range]) }
                } else {
                    Self.read(line.range, of: file, isOwn: depth == 0, into: &open)
                }
            }
        }
        if let open { finish(open) }
        repaired.append(contentsOf: file[copied...])
    }

    private static func read(_ range: Range<Int>, of file: [UInt8], isOwn: Bool, into open: inout Open?) {
        let line = file[range]
        let name = line.prefix { $0 != 0x3A && $0 != 0x3B }
        if isOwn, name.equalsIgnoringASCIICase("UID") {
            if open?.uid == nil {
                open?.uid = range
                open?.uidValue = Array(value(of: line).trimmingASCIIWhitespace)
            }
            return
        }
        if isOwn, name.equalsIgnoringASCIICase("SEQUENCE") {
            open?.sequence = value(of: line).trimmingASCIIWhitespace.decimalValue ?? 0
        }
        if isOwn, name.equalsIgnoringASCIICase("RECURRENCE-ID") { open?.recurrenceID = Array(line) }
        if !isOwn || !VolatileLines.contains(name) { open?.content.append(contentsOf: line) }
    }

    private static func value(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.firstIndex(of: 0x3A).map { line[($0 + 1)...] } ?? []
    }

    private mutating func finish(_ component: Open) {
        let hash = Hexadecimal.encode(SHA256.hash(component.content).prefix(16))
        let uid = component.uidValue
        if uid.isEmpty { return give(component, hash) }
        let kind = kinds[uid]
        let key = uid + [0x0A] + component.recurrenceID
        if let kind, kind != component.kind { return give(component, hash) }
        kinds[uid] = component.kind
        guard let other = instances[key] else {
            instances[key] = (hash, component.sequence)
            return
        }
        // With another SEQUENCE it is a version of the same (RFC 5545 §3.8.7.4), and the higher one is taken.
        if other.hash != hash, other.sequence == component.sequence { give(component, uid + [0x2D] + hash) }
    }

    /// Puts another UID into the component.
    private mutating func give(_ component: Open, _ uid: [UInt8]) {
        let place = component.uid ?? component.head..<component.head
        guard place.lowerBound >= copied else { return }
        repaired.append(contentsOf: file[copied..<place.lowerBound])
        if component.uid == nil { repaired.append("\r\n") }
        repaired.append("UID:")
        repaired.append(contentsOf: uid)
        copied = place.upperBound
    }

    /// RFC 7986 §5.7, and what stood for it before: `X-PUBLISHED-TTL:PT12H`. In milliseconds.
    private static func interval(_ line: ArraySlice<UInt8>) -> Int64? {
        let name = line.prefix { $0 != 0x3A && $0 != 0x3B }
        guard name.equalsIgnoringASCIICase("REFRESH-INTERVAL") || name.equalsIgnoringASCIICase("X-PUBLISHED-TTL"),
            let duration = CivilDuration(value(of: line).trimmingASCIIWhitespace), duration.nominalSeconds > 0
        else { return nil }
        return duration.nominalSeconds * 1000
    }
}

/// Lines of which many servers write other values for each request, without any change of the event.
enum VolatileLines {
    static func contains(_ name: some Collection<UInt8>) -> Bool {
        name.equalsIgnoringASCIICase("DTSTAMP") || name.equalsIgnoringASCIICase("CREATED")
            || name.equalsIgnoringASCIICase("LAST-MODIFIED") || name.equalsIgnoringASCIICase("SEQUENCE")
    }

    /// Whether two objects differ in nothing but DTSTAMP, which is the time of the answer in most published calendars
    /// (RFC 5545 §3.8.7.2: where there is a METHOD, and publications have one).
    static func isSameButForStamp(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        withoutStamps(a) == withoutStamps(b)
    }

    private static func withoutStamps(_ object: [UInt8]) -> [ArraySlice<UInt8>] {
        var isSkipped = false
        return object.split(separator: 0x0A).filter { line in
            // A fold belongs to the line before.
            if line.first == 0x20 || line.first == 0x09 { return !isSkipped }
            let name = line.prefix { $0 != 0x3A && $0 != 0x3B }
            isSkipped = name.equalsIgnoringASCIICase("DTSTAMP")
            return !isSkipped
        }
    }
}

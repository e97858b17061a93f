import Bytes
import ContentLines
import ICalendar

/// The lines, each ended by CRLF.
func document(_ lines: [String]) -> [UInt8] { [UInt8](lines.map { $0 + "\r\n" }.joined().utf8) }

/// A VCALENDAR around the lines.
func calendar(_ lines: [String], header: [String] = ["VERSION:2.0", "PRODID:-//Tegu//Tegu//EN"]) -> [UInt8] {
    document(["BEGIN:VCALENDAR"] + header + lines + ["END:VCALENDAR"])
}

func event(_ uid: String = "1@x", _ lines: [String] = []) -> [String] {
    ["BEGIN:VEVENT", "UID:\(uid)", "DTSTAMP:20250101T000000Z", "DTSTART:20250102T090000Z"] + lines + ["END:VEVENT"]
}

func zone(_ id: String, offset: String = "+0300") -> [String] {
    ["BEGIN:VTIMEZONE", "TZID:\(id)", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:\(offset)",
     "TZOFFSETTO:\(offset)", "END:STANDARD", "END:VTIMEZONE"]
}

func text(_ bytes: some Collection<UInt8>) -> String { String(utf8: bytes) }

/// Why the bytes are refused; nil where they are not.
func refusal(_ bytes: [UInt8]) -> CalendarObjectInvalid? {
    do {
        _ = try CalendarObjectResource.validate(bytes)
        return nil
    } catch {
        return error
    }
}

/// Everything that the file gives.
func split(_ bytes: [UInt8]) throws -> (objects: [CalendarSplitter.Object], refusals: [CalendarSplitter.Refusal]) {
    var splitter = try CalendarSplitter(bytes)
    var objects: [CalendarSplitter.Object] = []
    var refusals: [CalendarSplitter.Refusal] = []
    while let item = try splitter.next() {
        switch item {
        case .object(let object): objects.append(object)
        case .refused(let refusal): refusals.append(refusal)
        }
    }
    return (objects, refusals)
}

import ContentLines
import ICalendar

/// What is given to those who may only know when an event is.
package enum TimesOnly {
    /// Of a stored object. Of what is none, an empty calendar: what cannot be read cannot be told apart from what must not be told.
    package static func bytes(of stored: [UInt8]) -> [UInt8] {
        guard let object = try? CalendarObjectResource.validate(stored) else {
            return [UInt8]("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tegu//Times only//EN\r\nEND:VCALENDAR\r\n".utf8)
        }
        return object.timesOnly()
    }
}

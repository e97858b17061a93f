import Bytes
import CivilTime
import CollectionStore
import Database
import DatabaseSQLite
import Directory
import ForeignCalendars
import Glibc
import Testing

/// A store of its own with one principal and a subscribed calendar.
final class Subscribed {
    let database: any Database
    let files: FileBlobStore
    let refresh: CalendarRefresh
    let owner = PrincipalID(rawValue: 1)
    private(set) var calendar: Collection
    private let directory: String

    init(url: String = "https://example.org/a.ics") throws {
        database = try SQLiteDatabase.temporary()
        var template = Array("/tmp/tegu-subscribed-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(.serverBug, "mkdtemp") }
        directory = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        files = try FileBlobStore(directory: directory + "/blobs")
        refresh = CalendarRefresh(database: database, files: files, schedule: RefreshSchedule())
        let owner = owner
        calendar = try database.write { tx in
            try tx.execute(
                """
                INSERT INTO principal (id, kind, domain, name, display_name, created)
                VALUES (1, 'user', 'example.org', 'anna', 'Anna', 0)
                """)
            let home = try Collections.makeHome(tx, of: owner, kind: .calendarHome, now: 0)
            return try Subscriptions.make(tx, in: home, name: "foreign", url: url, now: 0)
        }
    }

    deinit {
        database.close()
        system("rm -rf '\(directory)'")
    }

    var state: Subscription {
        get throws { try #require(try database.read { tx in try Subscriptions.find(tx, calendar.id) }) }
    }

    @discardableResult
    func take(_ file: String, now: Milliseconds = 1) throws -> CalendarRefresh.Changes {
        try #require(try refresh.apply(ForeignCalendar(Array(file.utf8), timeZones: noZones), to: state, now: now))
    }

    /// ETags by name.
    func members() throws -> [String: String] {
        try database.read { tx in
            Dictionary(uniqueKeysWithValues: try Members.all(tx, in: calendar.id).map { ($0.name, $0.etag) })
        }
    }

    func current() throws -> Collection {
        try #require(try database.read { tx in try Collections.find(tx, calendar.id) })
    }

    /// What a client is told that was last here at `since`.
    func changes(since: ModSeq) throws -> [String] {
        let current = try current()
        return try database.read { tx in
            try ChangeLog.changes(tx, in: current, since: since, limit: 1000).changes.map(\.name)
        }
    }
}

let noZones = TimeZoneDatabase { _ in nil }

/// A file with these components and lines of the calendar itself.
func file(_ components: [String], header: [String] = []) -> String {
    (["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"] + header + components + ["END:VCALENDAR", ""])
        .joined(separator: "\r\n")
}

func event(_ uid: String?, _ summary: String, stamp: String = "20260101T000000Z", _ more: String...) -> String {
    (["BEGIN:VEVENT"] + (uid.map { ["UID:\($0)"] } ?? []) + ["DTSTAMP:\(stamp)", "DTSTART:20260601T100000Z"]
        + ["SUMMARY:\(summary)"] + more + ["END:VEVENT"]).joined(separator: "\r\n")
}

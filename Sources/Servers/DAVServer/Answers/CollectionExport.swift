import Bytes
import Calendars
package import CivilTime
package import CollectionStore
import DAVGrammar
package import Database
import HTTPServer
import ICalendar

/// GET on a calendar or a book: all its objects as one file, made piece by piece.
enum CollectionExport {
    static func response(_ exchange: Exchange, _ collection: Collection, _ access: Access) throws -> HTTPResponse {
        let form = ExportForm(ofCalendar: collection.kind == .calendar, accept: Accept(exchange.head.headers.joined("accept")))
        let source = ExportSource(
            exchange.server.database, exchange.server.files, collection, form, shownBy: exchange.visibility(of: collection, access),
            (TimeZonesWanted(exchange.head.headers), exchange.server.timeZones))
        return HTTPResponse(
            status: 200, headers: [
                ("Content-Type", form.contentType), ("Vary", Representation.vary(in: collection.kind)),
                ("Content-Disposition", "attachment; filename*=UTF-8''\(PercentCoding.encodeSegment(collection.name)).\(form.fileExtension)"),
            ], body: .stream(length: nil, source), isCompressible: true)
    }
}

/// `@unchecked Sendable`: the HTTP server calls `next` from one thread at a time.
package final class ExportSource: HTTPBodySource, @unchecked Sendable {
    private enum Step { case start, members, finished }

    private let database: any Database
    private let files: FileBlobStore
    private let collection: Collection
    private let visibility: Visibility?
    private let zones: (wanted: TimeZonesWanted, database: TimeZoneDatabase)
    private let form: ExportForm
    private var writer: ExportWriter
    private var step = Step.start
    private var last: String?
    /// Objects that could not be joined, by name: they are left out of the file, and only there.
    package private(set) var leftOut: [String] = []
    /// How many objects are in the file so far.
    package private(set) var count = 0

    private static let pieceSize = 128 * 1024

    /// All that is stored, as it is.
    package convenience init(
        _ database: any Database, _ files: FileBlobStore, _ collection: Collection, timeZones: TimeZoneDatabase
    ) {
        let form = ExportForm(ofCalendar: collection.kind == .calendar, accept: nil)
        self.init(database, files, collection, form, shownBy: nil, (.asStored, timeZones))
    }

    /// What `visibility` shows, with those VTIMEZONEs.
    init(
        _ database: any Database, _ files: FileBlobStore, _ collection: Collection, _ form: ExportForm,
        shownBy visibility: Visibility?, _ zones: (wanted: TimeZonesWanted, database: TimeZoneDatabase)
    ) {
        self.form = form
        writer = ExportWriter(form, CalendarJoiner())
        self.zones = zones
        self.database = database
        self.files = files
        self.collection = collection
        self.visibility = visibility
    }

    package func next() throws -> [UInt8]? {
        var out: [UInt8] = []
        switch step {
        case .finished: return nil
        case .start:
            var properties = CalendarProperties()
            if collection.kind == .calendar {
                properties = CalendarProperties(name: try database.read { tx in try CollectionTitle.read(tx, of: collection) })
            }
            writer = ExportWriter(form, CalendarJoiner(properties: properties, database: zones.database))
            out = writer.header()
            step = .members
            fallthrough
        case .members:
            try database.read { tx in
                var page: [Member] = []
                repeat {
                    page = try Members.page(tx, in: collection.id, after: last, limit: 64, shownBy: visibility)
                    for member in page {
                        try append(tx, member, try Blobs.read(tx, member.blobID), to: &out)
                        last = member.name
                        if out.count >= Self.pieceSize { return }
                    }
                } while !page.isEmpty
                out += writer.footer()
                step = .finished
            }
        }
        return out
    }

    private func append(_ tx: borrowing ReadTransaction, _ member: Member, _ body: Blobs.Body, to out: inout [UInt8]) throws {
        var bytes = try ObjectData.seen(tx, try files.bytes(of: body), as: member.form, member.id)
        if collection.kind == .calendar { bytes = zones.wanted.bytes(of: bytes, zones.database) }
        if let written = writer.append(bytes) {
            out += written
            count += 1
        } else {
            leftOut.append(member.name)
        }
    }
}

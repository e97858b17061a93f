import Bytes
import Calendars
package import CivilTime
package import CollectionStore
import Cryptography
import ICalendar

/// A foreign .ics file as the objects of a calendar.
package struct ForeignCalendar: Sendable {
    package struct Object: Sendable {
        package var name: String
        package var content: MemberContent
        package var bytes: [UInt8]
    }

    package struct Limits: Sendable {
        package var objectBytes: Int
        package var objects: Int

        package init(objectBytes: Int = 10 << 20, objects: Int = 50_000) {
            self.objectBytes = objectBytes
            self.objects = objects
        }
    }

    /// Why a file is no calendar that could be taken.
    package enum Unusable: Error, Equatable, Sendable {
        case notICalendar
        case tooManyObjects(limit: Int)

        package var sentence: String {
            switch self {
            case .notICalendar: "it is no iCalendar file"
            case .tooManyObjects(let limit): "it has more than \(limit) objects"
            }
        }
    }

    /// By name.
    package private(set) var objects: [String: Object] = [:]
    /// How many things of the file could not become part of an object.
    package private(set) var refusedCount = 0
    /// RFC 7986 §5.7 or X-PUBLISHED-TTL.
    package private(set) var interval: Milliseconds?
    /// RFC 7986 §5.1 or X-WR-CALNAME.
    package private(set) var title: String?

    package init(_ file: [UInt8], limits: Limits = Limits(), timeZones: TimeZoneDatabase) throws {
        let scan = try ForeignFileScan(file)
        guard scan.hasCalendar, !scan.isCut else { throw Unusable.notICalendar }
        interval = scan.interval
        var splitter = try CalendarSplitter(
            scan.repaired, limits: CalendarSplitterLimits(objectByteCount: limits.objectBytes))
        title = splitter.properties.name
        if splitter.objectCount > limits.objects { throw Unusable.tooManyObjects(limit: limits.objects) }
        while let item = try splitter.next() {
            guard case .object(let object) = item,
                let (content, bytes) = Self.content(object.bytes, limits, timeZones)
            else {
                refusedCount += 1
                continue
            }
            let name = Self.name(of: object.uid)
            objects[name] = Object(name: name, content: content, bytes: bytes)
        }
    }

    /// An object that names attachments names those of its own server: who writes such a file must not get at what is kept
    /// here by naming it.
    private static func content(
        _ bytes: [UInt8], _ limits: Limits, _ timeZones: TimeZoneDatabase
    ) -> (MemberContent, [UInt8])? {
        guard let content = try? CalendarContent(bytes, maximumSize: limits.objectBytes, timeZones: timeZones).content else {
            return nil
        }
        if content.facts.attachments.isEmpty { return (content, bytes) }
        guard let plain = try? CalendarObjectResource.validate(bytes).withoutManagedIDs(),
            let content = try? CalendarContent(plain, maximumSize: limits.objectBytes, timeZones: timeZones).content
        else { return nil }
        return (content, plain)
    }

    /// The name of an object: its UID, as clients make it, where that is a plain one; else the UID's hash.
    static func name(of uid: String) -> String {
        let isPlain = uid.utf8.count <= 200 && !uid.hasPrefix(".") && uid.utf8.allSatisfy {
            $0.isASCIILetter || $0.isASCIIDigit || [0x2D, 0x2E, 0x5F, 0x40].contains($0)
        }
        return (isPlain ? uid : String(utf8: Hexadecimal.encode(SHA256.hash([UInt8](uid.utf8)).prefix(16)))) + ".ics"
    }
}

import Bytes
import ContentLines

/// Cuts a whole iCalendar file, of any size and with any number of VCALENDARs, into calendar objects: one for each UID,
/// with the time zones that it refers to.
///
/// The components of one UID may stand anywhere in the file, and a time zone may stand after what needs it. So the file
/// is read twice: `init` reads it once from end to end and keeps, for each component, where it stands, and each time
/// zone once; `next` reads an object's components again and puts them together. Memory goes with the count of
/// components, not with their size.
package struct CalendarSplitter {
    /// One step of the result.
    package enum Item: Equatable, Sendable {
        case object(Object)
        case refused(Refusal)
    }

    /// An object that can be stored.
    package struct Object: Equatable, Sendable {
        package var uid: String
        package var kind: CalendarComponentKind
        /// One VCALENDAR, which `CalendarObjectResource.validate` accepts.
        package var bytes: [UInt8]
        /// Where its first component begins in the file.
        package var lineNumber: Int
        /// How much of the file it takes up.
        package var sourceByteCount: Int
    }

    /// Something that could not become part of an object.
    package struct Refusal: Equatable, Sendable {
        package var lineNumber: Int
        /// Of the component, where that was read.
        package var uid: String?
        package var reason: String
    }

    /// What the file says of the calendar as a whole.
    package var properties: CalendarProperties { index.properties }
    /// How many objects `next` will try to give out.
    package var objectCount: Int { index.groups.count }

    private let read: (Range<Int>) throws -> [UInt8]
    private let limits: CalendarSplitterLimits
    private let index: CalendarFileIndex
    private var nextGroup = 0
    private var refusals: ArraySlice<Refusal>
    /// Two UIDs of a vCalendar 1.0 file can become one, when what iCalendar does not allow is taken out.
    private var givenUIDs: Set<String> = []

    /// Reads the file once.
    ///
    /// - Parameter read: the bytes of a range of the file.
    package init(
        byteCount: Int, limits: CalendarSplitterLimits = CalendarSplitterLimits(),
        read: @escaping (Range<Int>) throws -> [UInt8]
    ) throws {
        self.read = read
        self.limits = limits
        var indexer = CalendarFileIndexer(limits: limits, read: read)
        index = try indexer.run(byteCount: byteCount)
        refusals = index.refusals[...]
    }

    /// For a file that is in memory.
    package init(_ bytes: [UInt8], limits: CalendarSplitterLimits = CalendarSplitterLimits()) throws {
        try self.init(byteCount: bytes.count, limits: limits) { Array(bytes[$0]) }
    }

    /// What the first reading refused, then the objects in the order in which they begin in the file; nil at the end.
    package mutating func next() throws -> Item? {
        if let refusal = refusals.popFirst() { return .refused(refusal) }
        guard nextGroup < index.groups.count else { return nil }
        let group = index.groups[nextGroup]
        nextGroup += 1
        let byteCount = group.entries.reduce(0) { $0 + $1.range.count }
        if byteCount > limits.objectByteCount {
            return .refused(Refusal(
                lineNumber: group.lineNumber, uid: group.uid,
                reason: "The object has \(byteCount) bytes; at most \(limits.objectByteCount) are taken."))
        }
        var assembly = CalendarObjectAssembly(group: group, index: index)
        for entry in group.entries {
            if let tree = try? ComponentTree.parse(try read(entry.range), rules: CalendarDocument.nesting),
               let component = tree.roots.first {
                refusals.append(contentsOf: assembly.add(component, entry))
            }
        }
        if assembly.isEmpty, let refusal = refusals.popFirst() { return .refused(refusal) }
        do {
            let bytes = assembly.bytes()
            let resource = try CalendarObjectResource.validate(bytes)
            guard givenUIDs.insert(resource.uid).inserted else {
                return .refused(Refusal(
                    lineNumber: group.lineNumber, uid: group.uid, reason: "Another object of the file has its UID."))
            }
            return .object(Object(
                uid: resource.uid, kind: resource.kind, bytes: bytes, lineNumber: group.lineNumber,
                sourceByteCount: byteCount))
        } catch {
            return .refused(Refusal(lineNumber: group.lineNumber, uid: group.uid, reason: error.sentence))
        }
    }
}

/// How much of a file is taken.
package struct CalendarSplitterLimits: Sendable {
    /// Of one object, all its components together.
    package var objectByteCount: Int
    /// Of all time zones of the file, each counted once.
    package var timeZoneByteCount: Int

    package init(objectByteCount: Int = 32 << 20, timeZoneByteCount: Int = 64 << 20) {
        self.objectByteCount = objectByteCount
        self.timeZoneByteCount = timeZoneByteCount
    }
}

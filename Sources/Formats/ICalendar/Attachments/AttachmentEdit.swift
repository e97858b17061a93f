import Bytes
package import CivilTime
import ContentLines

/// RFC 8607 §3.4 to §3.6: a change of the managed attachments of one object, in its bytes. What is not meant by it stays as it is,
/// byte for byte.
package struct AttachmentEdit: Sendable {
    package enum Change: Sendable {
        case add(ManagedAttachment)
        /// The attachment with the MANAGED-ID becomes another one, wherever it is.
        case update(managedID: String, ManagedAttachment)
        case remove(managedID: String)
    }

    package enum Refusal: Error, Equatable, Sendable {
        /// The object has no such instance.
        case noInstance(AttachmentTarget)
        /// Nothing that is meant has an attachment with this MANAGED-ID.
        case noAttachment
        /// The object would be longer than it may be.
        case tooLarge
        /// It takes more steps than may be taken to find the instance.
        case tooManySteps
    }

    private let change: Change
    /// Nil: the master and all overrides.
    private let targets: [AttachmentTarget]?

    package init(_ change: Change, of targets: [AttachmentTarget]? = nil) {
        self.change = change
        self.targets = targets
    }

    /// The object's bytes with the change. Instances that are meant and have no component of their own get one, made of the
    /// component that tells of them now.
    package func apply(
        to object: CalendarObjectResource, database: TimeZoneDatabase, maximumSize: Int, budget: inout StepBudget
    ) throws(Refusal) -> [UInt8] {
        let zones = CalendarTimeZones(object.calendar, database: database)
        var search = AttachmentTargetSearch(object, zones)
        if let targets {
            for target in targets { try search.add(target, &budget) }
        } else {
            search.addAll()
        }
        var edits = SourceEdits(object.document.source)
        var isFound = false
        for component in search.components { edit(component, &edits, &isFound) }
        var derived: [UInt8] = []
        for instance in search.instances {
            let override = DerivedOverride(of: instance, zones)
            isFound = isFound || override.component.properties.contains { isMeant($0) }
            override.append(without: isMeant, adding: addedLine, to: &derived)
            if derived.count > maximumSize { throw .tooLarge }
        }
        if case .add = change {} else if !isFound { throw .noAttachment }
        if !derived.isEmpty, let last = object.components.last { edits.insert(derived, after: last.sourceRange.upperBound) }
        let bytes = edits.result()
        if bytes.count > maximumSize { throw .tooLarge }
        return bytes
    }

    private func edit(_ component: Component, _ edits: inout SourceEdits, _ isFound: inout Bool) {
        if case .add = change { return insert(into: component, &edits) }
        for line in component.properties where isMeant(line) {
            isFound = true
            var replacement: [UInt8] = []
            if case .update(_, let attachment) = change { attachment.appendLine(replacing: line, to: &replacement) }
            edits.replaceLine(line.sourceRange, by: replacement)
        }
    }

    /// After the component's own properties.
    private func insert(into component: Component, _ edits: inout SourceEdits) {
        if let child = component.children.first {
            edits.insert(addedLine, before: child.sourceRange.lowerBound)
        } else if let last = component.properties.reduce(nil as ContentLine?, { $1 }) {
            edits.insert(addedLine, after: last.sourceRange.upperBound)
        }
    }

    /// Whether it is a property that is to be changed.
    private func isMeant(_ line: ContentLine) -> Bool {
        switch change {
        case .add: false
        case .update(let id, _), .remove(let id): line.managedID.map { $0.utf8.elementsEqual(id.utf8) } ?? false
        }
    }

    private var addedLine: [UInt8] {
        var line: [UInt8] = []
        if case .add(let attachment) = change { attachment.appendLine(to: &line) }
        return line
    }
}

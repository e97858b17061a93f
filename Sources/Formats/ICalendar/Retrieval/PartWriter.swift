import Bytes
import ContentLines

/// Writes parts of components as they are stored (RFC 4791 §9.6.1 to §9.6.4, §9.6.7).
struct PartWriter {
    private(set) var bytes: [UInt8] = []
    private let freeBusy: PeriodLimit?

    init(freeBusy: PeriodLimit? = nil) {
        self.freeBusy = freeBusy
    }

    mutating func reserve(_ component: Component) { bytes.reserveCapacity(component.sourceRange.count + 64) }

    /// `isKept` is asked about what stands directly in `component`.
    mutating func append(
        _ component: Component, _ part: SelectedPart, isKept: ((Component) -> Bool)? = nil
    ) {
        if part.isEverything, isKept == nil, freeBusy == nil || !mayHavePeriods(component) {
            component.appendSource(to: &bytes)
            return
        }
        begin(component)
        for item in component.items {
            switch item {
            case .property(let line): append(line, of: component, part)
            case .component(let child):
                guard let childPart = part.part(of: child), isKept?(child) ?? true else { continue }
                append(child, childPart)
            }
        }
        end(component)
    }

    /// As much of the line as is asked for.
    mutating func append(_ line: ContentLine, of component: Component, _ part: SelectedPart) {
        switch part.extent(of: line.name) {
        case .nothing: break
        case .nameAndParameters:
            ContentLineFolding.append(line.unfolded.dropLast(line.value.count), to: &bytes)
        case .whole:
            if let freeBusy, line.isNamed("FREEBUSY"), component.isNamed("VFREEBUSY") {
                freeBusy.append(line, to: &bytes)
            } else {
                line.appendSource(to: &bytes)
            }
        }
    }

    mutating func begin(_ component: Component) {
        bytes.append("BEGIN:")
        bytes.append(contentsOf: component.name)
        bytes.append("\r\n")
    }

    mutating func end(_ component: Component) {
        bytes.append("END:")
        bytes.append(contentsOf: component.name)
        bytes.append("\r\n")
    }

    /// Lets `write` append lines that end in CRLF.
    mutating func append(_ write: (inout [UInt8]) -> Void) { write(&bytes) }

    private func mayHavePeriods(_ component: Component) -> Bool {
        component.isNamed("VFREEBUSY") || component.isNamed("VCALENDAR")
    }
}

import Bytes
import ContentLines

/// A managed attachment as an ATTACH property tells it (RFC 8607 §4).
package struct ManagedAttachment: Sendable, Equatable {
    package var managedID: String
    /// Where it is served: an absolute URI.
    package var uri: String
    /// A type and a subtype, without parameters; nil: nobody said.
    package var mediaType: String?
    package var size: Int
    package var filename: String?

    package init(managedID: String, uri: String, mediaType: String?, size: Int, filename: String?) {
        self.managedID = managedID
        self.uri = uri
        self.mediaType = mediaType
        self.size = size
        self.filename = filename
    }

    /// Appends the property, folded and ended by CRLF. What `replaced` has besides is kept.
    func appendLine(replacing replaced: ContentLine? = nil, to out: inout [UInt8]) {
        var line: [UInt8] = []
        if let replaced {
            replaced.appendName(without: Self.ownParameters, to: &line)
        } else {
            line.append("ATTACH")
        }
        func add(_ name: StaticString, _ value: String) {
            line.append(0x3B)
            line.append(name)
            line.append(0x3D)
            ParameterValue.append(value.utf8, to: &line)
        }
        add("MANAGED-ID", managedID)
        if let mediaType { add("FMTTYPE", mediaType) }
        add("SIZE", String(size))
        if let filename { add("FILENAME", filename) }
        line.append(0x3A)
        line.append(contentsOf: uri.utf8)
        ContentLineFolding.append(line[...], to: &out)
    }

    private static let ownParameters: [StaticString] = [
        "MANAGED-ID", "FMTTYPE", "SIZE", "FILENAME", "VALUE", "ENCODING",
    ]
}

extension ContentLine {
    /// RFC 8607 §4.3; nil for what is no managed attachment.
    var managedID: String? {
        guard isNamed("ATTACH"), let value = parameterValue("MANAGED-ID"), !value.isEmpty else { return nil }
        return value
    }
}

extension CalendarObjectResource {
    /// The MANAGED-IDs anywhere in the object, each once, in their order; no more than `limit`.
    package func managedIDs(limit: Int) -> [String] {
        var found: [String] = []
        var known: Set<String> = []
        for component in document.tree.allComponents {
            for line in component.properties(named: "ATTACH") {
                guard let id = line.managedID, known.insert(id).inserted else { continue }
                found.append(id)
                if found.count == limit { return found }
            }
        }
        return found
    }

    /// The object without MANAGED-ID parameters, byte for byte the same otherwise: what stands in an object of another server's
    /// must not be taken for an attachment of this one.
    package func withoutManagedIDs() -> [UInt8] {
        var edits = SourceEdits(document.source)
        document.tree.forEachComponent { component in
            for line in component.properties(named: "ATTACH") where line.parameter("MANAGED-ID") != nil {
                var content: [UInt8] = []
                line.appendName(without: ["MANAGED-ID"], to: &content)
                content.append(0x3A)
                content.append(contentsOf: line.value)
                var lines: [UInt8] = []
                ContentLineFolding.append(content[...], to: &lines)
                edits.replaceLine(line.sourceRange, by: lines)
            }
        }
        return edits.result()
    }
}

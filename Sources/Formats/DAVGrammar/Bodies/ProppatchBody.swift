import Bytes
package import XML

/// RFC 4918 §14.19: properties to set and to remove, in the order in which they are to be.
package struct ProppatchBody: Sendable {
    package enum Instruction: Sendable {
        case set(XMLElement)
        case remove(XMLElement)

        package var name: XMLName {
            switch self {
            case .set(let element), .remove(let element): element.name
            }
        }
    }

    package var instructions: [Instruction]

    package static func parse(_ bytes: [UInt8]) throws(RequestBodyError) -> ProppatchBody {
        let root = try RequestDocument.root(bytes, [.dav(.propertyupdate)])
        let instructions = try Self.instructions(in: root)
        guard !instructions.isEmpty else { throw .notUnderstood("There is no property to set or to remove.") }
        return ProppatchBody(instructions: instructions)
    }

    /// RFC 4918 §17: what is not known is passed over.
    static func instructions(in root: XMLElement) throws(RequestBodyError) -> [Instruction] {
        var instructions: [Instruction] = []
        for part in root.children where part.name == .dav(.set) || part.name == .dav(.remove) {
            for prop in part.children where prop.name == .dav(.prop) {
                for property in prop.children {
                    instructions.append(part.name == .dav(.set) ? .set(property) : .remove(property))
                }
            }
        }
        if instructions.count > PropertyRequest.maximumCount {
            throw .notUnderstood("A request may change \(PropertyRequest.maximumCount) properties.")
        }
        return instructions
    }
}

/// RFC 5689 §5.1.
package struct MkcolBody: Sendable {
    package var instructions: [ProppatchBody.Instruction]

    package static func parse(_ bytes: [UInt8]) throws(RequestBodyError) -> MkcolBody {
        MkcolBody(instructions: try ProppatchBody.instructions(in: RequestDocument.root(bytes, [.dav(.mkcol)])))
    }
}

/// RFC 4791 §9.2.
package struct MkcalendarBody: Sendable {
    package var instructions: [ProppatchBody.Instruction]

    package static func parse(_ bytes: [UInt8]) throws(RequestBodyError) -> MkcalendarBody {
        // Some clients send a DAV:mkcol, as RFC 5689 has it for MKCOL.
        let root = try RequestDocument.root(bytes, [.caldav(.mkcalendar), .dav(.mkcol)])
        return MkcalendarBody(instructions: try ProppatchBody.instructions(in: root))
    }
}

import CollectionStore
import DAVGrammar
import Database
import HTTPServer
import XML

/// RFC 4918 §9.3 and RFC 5689.
enum Mkcol {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let bytes = try exchange.bodyBytes()
        var kind: CollectionKind?
        var isSubscribed = false
        var instructions: [ProppatchBody.Instruction] = []
        if !bytes.isEmpty {
            guard exchange.isBodyXML else { throw Reply(.unsupportedMediaType, "A body of MKCOL is XML.") }
            instructions = try MkcolBody.parse(bytes).instructions
            do {
                (kind, isSubscribed) = try Self.kind(&instructions)
            } catch let refusal as Reply {
                // RFC 5689 §3.5: the type is a property as any other.
                return CollectionCreation.failure(
                    of: .dav(.resourcetype), refusal, among: instructions.map(\.name), answer: .dav(.mkcolResponse))
            }
        }
        return try CollectionCreation.respond(
            exchange, kind: kind, isSubscribed: isSubscribed, instructions: instructions, answer: .dav(.mkcolResponse))
    }

    /// RFC 5689 §3: the type that is asked for. Takes its instruction out.
    private static func kind(
        _ instructions: inout [ProppatchBody.Instruction]
    ) throws -> (kind: CollectionKind?, isSubscribed: Bool) {
        guard let index = instructions.firstIndex(where: { $0.name == .dav(.resourcetype) }) else { return (nil, false) }
        guard case .set(let element) = instructions.remove(at: index) else { return (nil, false) }
        let types = Set(element.children.map(\.name))
        guard types.contains(.dav(.collection)) else {
            throw Reply(.forbidden, condition: .dav(.validResourcetype), "It must be a collection.")
        }
        switch types.subtracting([.dav(.collection)]) {
        case []: return (.folder, false)
        case [.caldav(.calendar)]: return (.calendar, false)
        case [.calendarServer(.subscribed)], [.caldav(.calendar), .calendarServer(.subscribed)]: return (.calendar, true)
        case [.carddav(.addressbook)]: return (.book, false)
        default: throw Reply(.forbidden, condition: .dav(.validResourcetype), "There are no collections of this type.")
        }
    }
}

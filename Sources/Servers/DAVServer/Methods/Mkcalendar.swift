import CollectionStore
import DAVGrammar
import HTTPServer
import XML

/// RFC 4791 §5.3.1.
enum Mkcalendar {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let bytes = try exchange.bodyBytes()
        var instructions: [ProppatchBody.Instruction] = []
        if !bytes.isEmpty {
            guard exchange.isBodyXML else { throw Reply(.unsupportedMediaType, "A body of MKCALENDAR is XML.") }
            // Old macOS versions name the type here too; it can only be this one.
            instructions = try MkcalendarBody.parse(bytes).instructions.filter { $0.name != .dav(.resourcetype) }
        }
        return try CollectionCreation.respond(
            exchange, kind: .calendar, instructions: instructions, answer: .caldav(.mkcalendarResponse))
    }
}

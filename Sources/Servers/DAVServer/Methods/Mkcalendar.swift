import CollectionStore
import DAVGrammar
import HTTPServer
import XML

/// RFC 4791 §5.3.1.
enum Mkcalendar {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let bytes = try exchange.bodyBytes()
        var instructions: [ProppatchBody.Instruction] = []
        var isSubscribed = false
        if !bytes.isEmpty {
            guard exchange.isBodyXML else { throw Reply(.unsupportedMediaType, "A body of MKCALENDAR is XML.") }
            instructions = try MkcalendarBody.parse(bytes).instructions
            // macOS names the type here too: it can only be this one, or a subscription.
            isSubscribed = instructions.contains {
                guard case .set(let element) = $0, element.name == .dav(.resourcetype) else { return false }
                return element.firstChild(named: .calendarServer(.subscribed)) != nil
            }
            instructions.removeAll { $0.name == .dav(.resourcetype) }
        }
        return try CollectionCreation.respond(
            exchange, kind: .calendar, isSubscribed: isSubscribed, instructions: instructions,
            answer: .caldav(.mkcalendarResponse))
    }
}

import Bytes
import CollectionStore
import DAVGrammar
import Files
import HTTPServer
import ICalendar

/// The body of a POST on its way to be a managed attachment. A large one is on the disk when this is made; who then does not
/// keep it must `discard` it.
struct IncomingAttachment {
    let managedID: String
    let filename: String?
    let content: MemberContent

    /// Throws `Reply` where it is too large. Without a name it has that of the one that it replaces.
    init(_ exchange: Exchange, replacing replaced: Attachment?) throws {
        let limit = exchange.server.configuration.maximumAttachmentSize
        let size = switch exchange.request.body {
        case .none: 0
        case .bytes(let bytes): bytes.count
        case .file(_, let size): size
        }
        if size > limit { throw PostAttachment.tooLarge(limit) }
        // It is part of a URL that others get to know, and says nothing of who or what.
        managedID = String(utf8: Hexadecimal.encode(exchange.server.random(16)))
        // RFC 8607 §3.4: "the Content-Disposition header field with a filename parameter".
        filename = exchange.head.headers.first("content-disposition").flatMap { ContentDisposition.filename(in: $0) }
            ?? replaced?.filename
        let type = exchange.head.headers.first("content-type")
        content = try FileContent.make(exchange.request.body.fileBody, type: type, files: exchange.server.files)
    }

    func discard(_ exchange: Exchange) { FileContent.discard(content, files: exchange.server.files) }

    /// As the object is to tell it.
    func property(for head: HTTPRequestHead) throws -> ManagedAttachment {
        ManagedAttachment(
            managedID: managedID, uri: try AttachmentURL.text(managedID: managedID, filename: filename, for: head),
            mediaType: mediaType, size: content.size, filename: filename)
    }

    /// RFC 5545 §3.2.8: type and subtype, of the characters that RFC 6838 §4.2 has for them.
    private var mediaType: String? {
        guard let type = content.facts.contentType else { return nil }
        let media = [UInt8](type.utf8.prefix { $0 != 0x3B }).trimmingASCIIWhitespace
        let parts = media.split(separator: 0x2F, omittingEmptySubsequences: false)
        let isSound = parts.count == 2 && parts.allSatisfy { part in
            (1...127).contains(part.count) && part.allSatisfy { byte in
                byte.isASCIILetter || byte.isASCIIDigit || "!#$&-^_.+".utf8.contains(byte)
            }
        }
        return isSound ? String(utf8: media) : nil
    }
}

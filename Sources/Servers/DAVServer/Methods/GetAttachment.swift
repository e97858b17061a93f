import CollectionStore
import DAVGrammar
import Database
import HTTPServer

/// RFC 8607 §3.10: the bytes of a managed attachment, for those who may read an object that refers to it.
enum GetAttachment {
    // RFC 8607 §3.10: by GET only; changes go by the object.
    static func respond(_ exchange: Exchange) throws -> HTTPResponse { try ReadOnlyURL.respond(exchange, get) }

    private static func get(_ exchange: Exchange) throws -> HTTPResponse {
        let segments = exchange.path.segments
        guard segments.count == 2 || segments.count == 3 else { throw Reply(.notFound) }
        let (attachment, body) = try exchange.read { tx -> (Attachment, Blobs.Body) in
            // RFC 8607 §3.12.2; what may not be read is not found.
            guard let attachment = try Attachments.find(tx, managedID: segments[1]),
                try AttachmentReferences.mayRead(tx, exchange, attachment) else { throw Reply(.notFound) }
            let location = Location(ancestors: [], name: segments[1], resource: .member(attachment.asFile))
            try Conditional.check(tx, exchange, location)
            return (attachment, try Blobs.read(tx, attachment.blobID))
        }
        var response = try Get.response(exchange, attachment.asFile, in: .folder, body)
        // What others sent is saved, and not shown under this server's name.
        response.headers.append(("Content-Disposition", ContentDisposition.attachment(filename: attachment.filename)))
        return response
    }
}

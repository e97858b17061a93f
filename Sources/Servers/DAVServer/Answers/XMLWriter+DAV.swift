import Bytes
import XML

extension XMLWriter {
    /// `<D:href>` with a path of ours, which needs no escaping.
    mutating func href(_ href: Href) {
        raw("<D:href>")
        raw(href.bytes)
        raw("</D:href>")
    }

    /// The href of a member in a listing: the collection's, and the name.
    mutating func href(_ parent: Href, member name: UnsafeRawBufferPointer) {
        raw("<D:href>")
        raw(parent.bytes)
        rawSegment(name)
        raw("</D:href>")
    }

    /// `<D:status>`. The words are fixed: some clients look for `HTTP/1.1 200 OK`.
    mutating func status(_ status: HTTPStatus) {
        raw("<D:status>")
        if status == .ok { raw("HTTP/1.1 200 OK") } else { raw([UInt8](status.line.utf8)) }
        raw("</D:status>")
    }
}

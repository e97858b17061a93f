// DAVGrammar: what WebDAV, CalDAV and CardDAV add to HTTP, as values: header fields and request bodies. It must never know what
// is at a URL, and does no I/O. Where clients are known to write something else than the RFC, it is taken here, with the
// client's name.
//
// Start reading at RequestPath.swift, Headers/IfHeader.swift, Bodies/ReportBody.swift.

package import XML

/// A request body that cannot be used.
package enum RequestBodyError: Error, Equatable, Sendable {
    /// It is no XML, or XML that is refused (RFC 4918 §8.2, §20.6): a bad request.
    case notXML(String)
    /// It is XML, but not what the method takes.
    case notUnderstood(String)
    /// It breaks a precondition of its method or report (RFC 4918 §16), whose element this is.
    case refused(XMLName, String)
}

import DAVGrammar
import HTTPServer

/// RFC 9110 §8.8.3: all that the service gives changes with the release of the data.
struct EntityTag {
    let release: String
    /// What tells one form of the same data from the other.
    let form: String

    var field: String { "\"\(release)\(form)\"" }

    /// Whether the client has it, by If-None-Match (RFC 9110 §13.1.2); the tag that a list gave is that of every form.
    func isKnown(to head: HTTPRequestHead) -> Bool {
        guard let condition = head.headers.joined("if-none-match") else { return false }
        return EntityTagCondition(condition).matches([release + form, release], exists: true)
    }
}

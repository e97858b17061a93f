/// Something that is our fault or the machine's, not the client's. It is logged once, in full, where a server turns it
/// into a reply; the client learns only `code`.
package struct Failure: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The database or another part is not reachable now, or the server is stopping.
        case unavailable
        /// No room on the disk.
        case storageFull
        /// Stored data are not what they must be.
        case damaged
        /// What is to be changed is being moved to another database, and cannot be changed for some seconds.
        case sealed
        /// A constraint of the schema stopped a change that the domain should have refused.
        case constraint
        /// All else.
        case serverBug
    }

    package var code: Code
    /// For the log; may name files and statements, never a client's data.
    package var detail: String
    package var file: String
    package var line: Int

    package init(_ code: Code, _ detail: String, file: String = #fileID, line: Int = #line) {
        self.code = code
        self.detail = detail
        self.file = file
        self.line = line
    }

    /// Whether the same request may succeed when sent again later.
    package var isTemporary: Bool { code == .unavailable || code == .storageFull || code == .sealed }

    package var description: String { "\(code.rawValue): \(detail) (\(file):\(line))" }
}

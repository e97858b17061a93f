/// How the program ends, for scripts. The numbers are a promise: they are never given another meaning.
package enum ExitCode: Int32, Sendable, CaseIterable {
    case ok = 0
    case someRefused = 1
    case usage = 2
    case configuration = 3
    case damaged = 4
    case unavailable = 5
    case impossible = 6
    case serverBug = 70

    /// One sentence for the documentation.
    package var meaning: String {
        switch self {
        case .ok: "All was done."
        case .someRefused:
            "The command ran to its end, but some objects were refused or differ; each is named on a line of its own."
        case .usage: "The command line is not understood; nothing was done."
        case .configuration:
            "A setting is unknown or bad, or a file that one names cannot be used; nothing was done."
        case .damaged: "Stored data are not what they must be; `tegu check` names the faults."
        case .unavailable:
            "Something that is needed is not there now: the data directory, its lock, an address to "
                + "listen on, the disk, a name server."
        case .impossible: "What was asked for cannot be: there is no such user or collection, or it exists already."
        case .serverBug: "The program failed in a way that it should not; the log has the detail."
        }
    }

    /// The table of the documentation (docs/exit-codes.md).
    package static func documentation() -> String {
        var page = """
            # Exit codes

            Every command of `tegu` ends with one of these. This page is generated from the program's table.

            | code | meaning |
            |---|---|

            """
        for code in allCases { page += "| \(code.rawValue) | \(code.meaning) |\n" }
        return page
    }
}

import Bytes
package import Directory
import Glibc

/// How a command gets a new password: from standard input, from the terminal, or made up.
package enum PasswordEntry {
    package enum Source: Sendable {
        /// From the terminal; made up where there is none.
        case terminal
        case standardInput
        case madeUp
    }

    /// The password, and whether it was made up here and must be told.
    package static func read(_ source: Source, for name: SignInName) throws -> (password: String, isMadeUp: Bool) {
        switch source {
        case .madeUp: return (OneTimePassword.make(), true)
        case .standardInput:
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw CommandError(.usage, "--password-stdin: there is no password on standard input")
            }
            return (line, false)
        case .terminal: break
        }
        guard isatty(STDIN_FILENO) == 1 else { return (OneTimePassword.make(), true) }
        let first = ask("Password for \(name) (empty: one is made up): ")
        if first.isEmpty { return (OneTimePassword.make(), true) }
        guard ask("Again: ") == first else { throw CommandError(.usage, "the two are not the same; nothing was done") }
        return (first, false)
    }

    private static func ask(_ prompt: String) -> String {
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            ConsoleOutput.write("\n")
        }
        ConsoleOutput.write(prompt)
        return readLine(strippingNewline: true) ?? ""
    }
}

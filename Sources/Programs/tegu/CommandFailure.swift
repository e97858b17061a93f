import ArgumentParser
import Assembly

/// What a command says when it cannot do what it was asked, and how the program ends.
enum CommandFailure {
    /// Nil for what ArgumentParser has words for.
    static func text(of error: any Error) -> String? {
        if error is ExitOnly { return "" }
        return CommandError.describe(error)
    }

    static func exitCode(of error: any Error) -> Assembly.ExitCode {
        if let exit = error as? ExitOnly { return exit.code }
        if let code = CommandError.exitCode(of: error) { return code }
        // ArgumentParser: 0 for help that was asked for, 64 for a command line that is not understood.
        return Tegu.exitCode(for: error).isSuccess ? .ok : .usage
    }
}

/// Ends the program with a code when all has been said.
struct ExitOnly: Error {
    var code: Assembly.ExitCode
}

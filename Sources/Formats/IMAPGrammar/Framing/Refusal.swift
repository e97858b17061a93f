package import Bytes

/// A command that the reader did not let through. It is answered with its tag, or without where there is none.
package struct Refusal: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case lineTooLong, literalTooBig, commandTooBig
        /// LITERAL- allows no more than 4096 bytes in a literal that the client does not wait for (RFC 7888 §5).
        case nonSynchronisingLiteralTooBig
        case unknownCommand
        case badSyntax(ParseError)
        /// `refuse` was called; the server knows why.
        case byServer
    }

    package var tag: [UInt8]?
    package var reason: Reason

    /// Whether `[TOOBIG]` goes with it (RFC 7888 §4, RFC 4469 §4.2).
    package var isTooBig: Bool {
        switch reason {
        case .literalTooBig, .nonSynchronisingLiteralTooBig: true
        default: false
        }
    }

    /// What the client is told.
    package var text: String {
        switch reason {
        case .lineTooLong: "the line is too long"
        case .literalTooBig: "the literal is too big for this command"
        case .commandTooBig: "the command is too big"
        case .nonSynchronisingLiteralTooBig: "a literal of this size must wait for the server"
        case .unknownCommand: "no such command"
        case .badSyntax(let error): "\(error)"
        case .byServer: "refused"
        }
    }
}

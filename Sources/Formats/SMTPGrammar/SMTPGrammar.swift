// SMTPGrammar: what SMTP (RFC 5321) and LMTP (RFC 2033) look like on the wire. It owns the framing of lines and of messages,
// commands as values, paths and their parameters, and the writing of replies. It must never know who a recipient is or
// what becomes of a message, and does no I/O.
//
// Invariants: no input traps; time and memory are linear in the input; what comes out of the framing depends on the bytes
// alone, not on how they were cut into reads. A message ends with CRLF "." CRLF and with nothing else: neither LF nor CR alone ends
// a line of it, or else one message could be two.
//
// Start reading at Framing/SMTPReader.swift, Commands/Command.swift and Replies/Reply.swift.

/// Why a command cannot be understood.
package enum CommandError: Error, Equatable, Sendable {
    case unknownCommand
    /// A command of SMTP, or of one of its extensions, that is not served here.
    case unsupportedCommand
    /// Something stands behind the command that must not be there, or does not that must.
    case badArgument
    /// No domain and no address literal (RFC 5321 §4.1.2, §4.1.3).
    case badHostName
    case badReversePath
    case badForwardPath
    /// Text that is neither ASCII nor UTF-8, or has control characters.
    case badCharacter
    /// A parameter that is not known (RFC 5321 §4.1.1.11).
    case unknownParameter
    /// A parameter that is known, with a value that it cannot have.
    case badParameter
}

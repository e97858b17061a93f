// IMAPGrammar: what IMAP4rev2 (RFC 9051), IMAP4rev1 (RFC 3501) and their extensions look like on the wire. It owns the framing
// of commands, commands as values, the writing of responses, mailbox names and their patterns, sets of numbers, and IMAP URLs.
// It must never know what is in a mailbox, who is signed in, or what the server lets them do, and does no I/O.
//
// Invariants: no input traps; time and memory are linear in the input; what comes out of the framing depends on the bytes
// alone, not on how they were cut into reads. What clients send that the RFCs do not have is named in Quirks.swift.
//
// Start reading at Framing/CommandReader.swift, Commands/Command.swift and Responses/ResponseWriter.swift.

/// A command that cannot be understood. It is answered `BAD`, and the connection goes on.
package struct CommandError: Error, Equatable, Sendable {
    /// Nil where not even the tag can be read: the answer is then untagged (RFC 9051 §7.1.3).
    package var tag: [UInt8]?
    /// Whether the command's name is not one that this grammar has.
    package var isUnknownCommand: Bool
    /// What is wrong, to be told to the client; it has no bytes of the client's in it.
    package var text: String

    package init(tag: [UInt8]?, isUnknownCommand: Bool = false, text: String) {
        self.tag = tag
        self.isUnknownCommand = isUnknownCommand
        self.text = text
    }
}

/// How mailbox names are written on a connection.
package enum MailboxCoding: Sendable, Hashable {
    /// RFC 3501 §5.1.3.
    case modifiedUTF7
    /// RFC 9051 §5.1, RFC 6855 §3: after `ENABLE IMAP4rev2` or `ENABLE UTF8=ACCEPT`.
    case utf8
}

internal import Bytes

/// A command of RFC 5321 §4.1.1 or RFC 2033 §4.
package enum Command: Sendable, Equatable {
    /// RFC 2033 §4.1.
    case lhlo(HostName)
    /// HELO and EHLO, which an LMTP server must not take.
    case hello
    case mail(MailCommand)
    case rcpt(ForwardPath)
    case data
    /// RFC 3030 §2: so many octets follow the line.
    case bdat(size: UInt64, isLast: Bool)
    case rset
    case noop
    case vrfy
    case quit

    package var name: StaticString {
        switch self {
        case .lhlo: "LHLO"
        case .hello: "EHLO"
        case .mail: "MAIL"
        case .rcpt: "RCPT"
        case .data: "DATA"
        case .bdat: "BDAT"
        case .rset: "RSET"
        case .noop: "NOOP"
        case .vrfy: "VRFY"
        case .quit: "QUIT"
        }
    }

    /// - Parameter line: without its CRLF.
    package static func parse(_ line: [UInt8]) throws(CommandError) -> Command {
        guard !line.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }), String(validating: line, as: UTF8.self) != nil
        else { throw .badCharacter }
        // RFC 5321 §4.1.1.1: white space at the end is to be borne.
        let end = line.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? 0
        let text = line[..<end]
        let verb = text.prefix { $0 != 0x20 }
        let argument = text.dropFirst(verb.count + 1)
        // RFC 5321 §2.4: in any case of letters.
        switch String(utf8: verb.map(\.asciiUppercased)) {
        case "LHLO":
            guard let name = HostName(argument) else { throw .badHostName }
            return .lhlo(name)
        case "HELO", "EHLO": return .hello
        case "MAIL": return .mail(try MailCommand(argument))
        case "RCPT": return .rcpt(try recipient(argument))
        case "BDAT": return try chunk(argument)
        case "DATA": return try bare(argument, .data)
        case "RSET": return try bare(argument, .rset)
        case "QUIT": return try bare(argument, .quit)
        // RFC 5321 §4.1.1.9: what stands behind it says nothing.
        case "NOOP": return .noop
        case "VRFY":
            guard !argument.isEmpty else { throw .badArgument }
            return .vrfy
        case "EXPN", "HELP", "AUTH", "STARTTLS", "ETRN", "TURN", "BURL", "SEND", "SOML", "SAML", "XCLIENT", "XFORWARD":
            throw .unsupportedCommand
        default: throw .unknownCommand
        }
    }

    private static func bare(_ argument: ArraySlice<UInt8>, _ command: Command) throws(CommandError) -> Command {
        guard argument.isEmpty else { throw .badArgument }
        return command
    }

    /// RFC 5321 §4.1.1.3.
    private static func recipient(_ argument: ArraySlice<UInt8>) throws(CommandError) -> ForwardPath {
        var cursor = PathCursor(argument)
        guard cursor.take("TO:") else { throw .badArgument }
        guard let path = cursor.forwardPath() else { throw .badForwardPath }
        // No extension with a parameter of RCPT is offered.
        guard cursor.isAtEnd else { throw cursor.isAtSpace ? .unknownParameter : .badForwardPath }
        return path
    }

    /// RFC 3030 §2.
    private static func chunk(_ argument: ArraySlice<UInt8>) throws(CommandError) -> Command {
        let words = argument.split(separator: 0x20, omittingEmptySubsequences: false)
        guard let first = words.first, first.count <= 20, let size = first.decimalValue else { throw .badArgument }
        switch words.count {
        case 1: return .bdat(size: UInt64(size), isLast: false)
        case 2 where words[1].equalsIgnoringASCIICase("LAST"): return .bdat(size: UInt64(size), isLast: true)
        default: throw .badArgument
        }
    }
}

/// MAIL FROM with its parameters.
package struct MailCommand: Sendable, Equatable {
    package enum Body: Sendable { case sevenBit, eightBit }

    package var sender: ReversePath
    /// RFC 1870 §3: how many octets the client believes the message has.
    package var size: UInt64?
    /// RFC 6152 §2.
    package var body: Body?
    /// RFC 6531 §3.4.
    package var isUTF8 = false

    package init(sender: ReversePath, size: UInt64? = nil, body: Body? = nil, isUTF8: Bool = false) {
        (self.sender, self.size, self.body, self.isUTF8) = (sender, size, body, isUTF8)
    }

    init(_ argument: ArraySlice<UInt8>) throws(CommandError) {
        var cursor = PathCursor(argument)
        guard cursor.take("FROM:") else { throw .badArgument }
        guard let path = cursor.reversePath() else { throw .badReversePath }
        sender = path
        while !cursor.isAtEnd {
            guard cursor.skipSpaces() else { throw .badReversePath }
            let (keyword, value) = cursor.parameter()
            switch String(utf8: keyword.map(\.asciiUppercased)) {
            case "SIZE":
                // RFC 1870 §5: up to 20 digits; what no integer holds is as good as the largest.
                guard size == nil, let value, 1...20 ~= value.count, value.allSatisfy(\.isASCIIDigit) else { throw .badParameter }
                size = UInt64(clamping: value.decimalValue ?? .max)
            case "BODY":
                guard body == nil, let value else { throw .badParameter }
                if value.equalsIgnoringASCIICase("7BIT") {
                    body = .sevenBit
                } else if value.equalsIgnoringASCIICase("8BITMIME") {
                    body = .eightBit
                } else {
                    throw .badParameter
                }
            case "SMTPUTF8":
                guard value == nil else { throw .badParameter }
                isUTF8 = true
            default: throw .unknownParameter
            }
        }
    }
}

internal import Bytes

/// RFC 3463 §2: what happened, finer than the three digits say it.
package struct EnhancedStatus: Sendable, Hashable {
    package var subject: Int
    package var detail: Int

    package init(_ subject: Int, _ detail: Int) { (self.subject, self.detail) = (subject, detail) }
}

/// RFC 5321 §4.2: the answer to a command, or to a message for one recipient.
package struct Reply: Sendable, Hashable {
    package var code: Int
    /// RFC 2034 §4: its class is the first digit of the code. Nil for greetings, LHLO and what is no end of a command.
    package var status: EnhancedStatus?
    /// Of this server's words.
    package var text: String

    package init(_ code: Int, _ status: EnhancedStatus?, _ text: String) {
        self.code = code
        self.status = status
        self.text = text
    }

    package var isPositive: Bool { code < 400 }
    package var isTemporary: Bool { 400..<500 ~= code }
}

/// Writes replies. Whoever sends them takes `bytes` and empties it.
package struct ReplyWriter: Sendable {
    package var bytes: [UInt8] = []

    package init() {}

    package mutating func append(_ reply: Reply) {
        line(reply.code, isLast: true, reply.status, reply.text)
    }

    /// RFC 5321 §4.2.1: a reply of several lines. The first is not among those that there must be one of.
    package mutating func append(_ code: Int, _ first: String, then lines: [String]) {
        line(code, isLast: lines.isEmpty, nil, first)
        for (index, text) in lines.enumerated() { line(code, isLast: index == lines.count - 1, nil, text) }
    }

    private mutating func line(_ code: Int, isLast: Bool, _ status: EnhancedStatus?, _ text: String) {
        bytes.append(decimal: code)
        bytes.append(isLast ? 0x20 : 0x2D)
        if let status {
            bytes.append(decimal: code / 100)
            bytes.append(0x2E)
            bytes.append(decimal: status.subject)
            bytes.append(0x2E)
            bytes.append(decimal: status.detail)
            bytes.append(0x20)
        }
        bytes.append(text)
        bytes.append("\r\n" as StaticString)
    }
}

import Bytes

/// A look at the mark-up before libxml2 sees it, for what its callbacks are told too late: it compares each attribute
/// of an element with each other before it reports them, and it reads a document type declaration before it says that
/// there is one.
///
/// The scanner knows all that a well-formed document without a DOCTYPE can hold and refuses the rest, so there is
/// nothing that it takes for one thing and libxml2 for another.
enum XMLScanner {
    static func check(_ document: [UInt8], _ limits: XMLLimits) throws(ParseError) {
        // libxml2 ends a document at a NUL and never says so.
        if let zero = document.firstIndex(of: 0) { throw ParseError(at: zero, expected: "no NUL") }
        let result = document.withUnsafeBufferPointer { buffer -> Result<Void, ParseError> in
            var scan = Scan(bytes: buffer, attributesOfElement: limits.attributesOfElement)
            return Result { () throws(ParseError) in try scan.run() }
        }
        try result.get()
    }

    private struct Scan {
        let bytes: UnsafeBufferPointer<UInt8>
        let attributesOfElement: Int
        var index = 0

        init(bytes: UnsafeBufferPointer<UInt8>, attributesOfElement: Int) {
            self.bytes = bytes
            self.attributesOfElement = attributesOfElement
        }

        mutating func run() throws(ParseError) {
            while index < bytes.count {
                guard bytes[index] == 0x3C else {
                    index += 1
                    continue
                }
                index += 1
                if starts(with: "!--") {
                    index += 3
                    try skip(past: "-->")
                } else if starts(with: "![CDATA[") {
                    index += 8
                    try skip(past: "]]>")
                } else if starts(with: "?") {
                    try skip(past: "?>")
                } else if starts(with: "!") {
                    // The known attacks by entities all start here. No client of this protocol has use for it.
                    throw ParseError(at: index, expected: "no document type declaration")
                } else {
                    try skipTag()
                }
            }
        }

        private mutating func skipTag() throws(ParseError) {
            let start = index
            var quote: UInt8 = 0
            var equalSigns = 0
            while index < bytes.count {
                let byte = bytes[index]
                switch byte {
                case 0x3C: throw ParseError(at: index, expected: "> before another <")
                case 0x3E where quote == 0:
                    index += 1
                    return
                case 0x3D where quote == 0: equalSigns += 1
                case 0x22, 0x27: if quote == 0 { quote = byte } else if quote == byte { quote = 0 }
                default: break
                }
                index += 1
                if equalSigns > attributesOfElement {
                    throw ParseError(at: start, expected: "at most \(attributesOfElement) attributes")
                }
            }
            throw ParseError(at: start, expected: ">")
        }

        private mutating func skip(past end: StaticString) throws(ParseError) {
            let start = index
            while index < bytes.count {
                if starts(with: end) {
                    index += end.utf8CodeUnitCount
                    return
                }
                index += 1
            }
            throw ParseError(at: start, expected: "\(end)")
        }

        private func starts(with literal: StaticString) -> Bool {
            let count = literal.utf8CodeUnitCount
            guard bytes.count - index >= count else { return false }
            return literal.withUTF8Buffer { literal in
                for offset in 0..<count where bytes[index + offset] != literal[offset] { return false }
                return true
            }
        }
    }
}

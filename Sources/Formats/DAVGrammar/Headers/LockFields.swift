import Bytes

/// RFC 4918 §10.5.
package enum LockToken {
    /// The token without the angle brackets, which Windows' client leaves out.
    package static func parse(_ text: String) -> String? {
        var token = [UInt8](text.utf8).trimmingASCIIWhitespace
        if token.first == 0x3C, token.last == 0x3E { token = token.dropFirst().dropLast() }
        return token.isEmpty || token.contains(0x3C) || token.contains(0x3E) ? nil : String(utf8: token)
    }
}

/// RFC 4918 §10.7.
package enum LockTimeout {
    /// In seconds: the first wish that can be understood, at most `maximum`; `maximum` where there is none.
    package static func seconds(_ text: String?, maximum: Int) -> Int {
        for wish in (text ?? "").split(separator: ",") {
            let word = wish.filter { $0 != " " }.lowercased()
            if word == "infinite" { return maximum }
            if word.hasPrefix("second-"), let seconds = word.dropFirst(7).utf8.decimalValue {
                return max(1, min(seconds, maximum))
            }
        }
        return maximum
    }
}

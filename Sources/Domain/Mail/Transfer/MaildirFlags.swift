import Bytes

/// What stands behind ":2," in the names of Maildir files.
enum MaildirFlags {
    /// The flags of a file's name; the lower case letters are keywords of the folder.
    static func parse(_ name: String, keywords: [Character: String]) -> MessageFlags {
        var flags = MessageFlags()
        guard let separator = name.utf8.lastIndex(of: UInt8(ascii: ":")) ?? name.utf8.lastIndex(of: UInt8(ascii: ";")) else {
            return flags
        }
        let info = name[name.utf8.index(after: separator)...]
        guard info.hasPrefix("2,") else { return flags }
        for letter in info.dropFirst(2) {
            switch letter {
            case "S": flags.system.insert(.seen)
            case "R": flags.system.insert(.answered)
            case "F": flags.system.insert(.flagged)
            case "T": flags.system.insert(.deleted)
            case "D": flags.system.insert(.draft)
            case "P": flags.keywords.append("$Forwarded")
            case ",": return flags
            default: if let keyword = keywords[letter] { flags.keywords.append(keyword) }
            }
        }
        return flags
    }

    /// In the order of the letters, as Maildir wants it.
    static func letters(_ flags: MessageFlags, keywords: [String]) -> String {
        var letters = ""
        if flags.system.contains(.draft) { letters += "D" }
        if flags.system.contains(.flagged) { letters += "F" }
        if flags.keywords.contains(where: { $0.lowercased() == "$forwarded" }) { letters += "P" }
        if flags.system.contains(.answered) { letters += "R" }
        if flags.system.contains(.seen) { letters += "S" }
        if flags.system.contains(.deleted) { letters += "T" }
        for (number, keyword) in keywords.prefix(26).enumerated() where flags.keywords.contains(keyword) {
            letters.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "a") + UInt8(number)))
        }
        return letters
    }

    /// Dovecot's file "dovecot-keywords": "0 $Label1", a line each.
    static func keywords(_ file: [UInt8]) -> [Character: String] {
        var keywords: [Character: String] = [:]
        for line in String(utf8: file).split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let number = UInt8(words[0]), number < 26 else { continue }
            keywords[Character(Unicode.Scalar(UInt8(ascii: "a") + number))] = String(words[1])
        }
        return keywords
    }
}

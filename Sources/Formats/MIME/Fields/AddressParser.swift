import Bytes

/// RFC 5322 §3.4 and §4.4: lists of addresses, as they are met: empty members, semicolons for commas, names without quotes, words
/// without an address.
package struct AddressParser {
    /// More are not read.
    package static let mostAddresses = 10_000

    private var cursor: FieldCursor
    private var items: [AddressListItem] = []
    private var count = 0
    /// The open group.
    private var groupName: [UInt8]?
    private var members: [MailAddress] = []

    package static func parse(_ value: ArraySlice<UInt8>) -> [AddressListItem] {
        var parser = AddressParser(cursor: FieldCursor(value))
        parser.run()
        return parser.items
    }

    /// The mailboxes alone, those of groups too.
    package static func mailboxes(_ value: ArraySlice<UInt8>) -> [MailAddress] { parse(value).flatMap(\.mailboxes) }

    private init(cursor: FieldCursor) { self.cursor = cursor }

    private mutating func run() {
        while !cursor.isAtEnd, count < Self.mostAddresses {
            cursor.skipSpace()
            switch cursor.peek {
            case nil: break
            case 0x2C: cursor.advance()
            case 0x3B:
                cursor.advance()
                closeGroup()
            default: member()
            }
        }
        closeGroup()
    }

    private mutating func closeGroup() {
        guard let name = groupName else { return }
        items.append(.group(name: name, members: members))
        groupName = nil
        members = []
    }

    private mutating func add(_ address: MailAddress) {
        count += 1
        if groupName != nil { members.append(address) } else { items.append(.mailbox(address)) }
    }

    /// A mailbox, or the beginning of a group.
    private mutating func member() {
        var comment: [UInt8]?
        var phrase = Words()
        while true {
            phrase.isSpaced = cursor.skipSpace(comment: &comment)
            switch cursor.peek {
            case 0x22: phrase.append(cursor.quotedString())
            case 0x3C:
                let address = angleAddress()
                // Nothing but the address itself may follow; what does until the next comma is passed over.
                cursor.skipSpace(comment: &comment)
                skipToMemberEnd()
                add(MailAddress(
                    name: phrase.isEmpty ? comment : phrase.text, route: address.route, localPart: address.localPart,
                    domain: address.domain))
                return
            case 0x3A:
                cursor.advance()
                // A colon within a group, or without a name, says nothing.
                if groupName == nil {
                    groupName = phrase.text
                    return
                }
            case 0x40:
                cursor.advance()
                let domain = domain(comment: &comment)
                cursor.skipSpace(comment: &comment)
                if cursor.peek == 0x3C {
                    // `a@b <a@b>`: the first one is a name without quotes.
                    phrase.isSpaced = false
                    phrase.append([0x40] + domain)
                    continue
                }
                add(MailAddress(name: comment, localPart: phrase.compact, domain: domain))
                skipToMemberEnd()
                return
            case nil, 0x2C, 0x3B:
                if !phrase.isEmpty { add(MailAddress(name: comment, localPart: phrase.text, domain: [])) }
                count += 1
                return
            default:
                let atom = cursor.atom()
                if atom.isEmpty { cursor.advance() } else { phrase.append(atom) }
            }
        }
    }

    private mutating func skipToMemberEnd() {
        while let next = cursor.peek, next != 0x2C, next != 0x3B {
            if next == 0x22 {
                _ = cursor.quotedString()
            } else if !cursor.skipSpace() {
                cursor.advance()
            }
        }
    }

    private mutating func angleAddress() -> MailAddress {
        var comment: [UInt8]?
        var local = Words()
        var route: [UInt8]?
        cursor.advance()
        cursor.skipSpace()
        // RFC 5322 §4.4: obs-route = obs-domain-list ":"
        if cursor.peek == 0x40 {
            route = Array(cursor.skip(to: ":>").filter { !FieldCursor.isSpace($0) })
            _ = cursor.take(0x3A)
        }
        var domain: [UInt8] = []
        while let next = cursor.peek, next != 0x3E {
            if cursor.skipSpace() { continue }
            switch next {
            case 0x22: local.append(cursor.quotedString())
            case 0x40:
                cursor.advance()
                domain = self.domain(comment: &comment)
                _ = cursor.skip(to: ">")
            default:
                let atom = cursor.atom()
                // A special byte: part of what the sender takes for an address.
                if atom.isEmpty {
                    local.append(CollectionOfOne(next))
                    cursor.advance()
                } else {
                    local.append(atom)
                }
            }
        }
        cursor.advance()
        return MailAddress(route: route, localPart: local.text, domain: domain)
    }

    /// RFC 5322 §3.4.1 and §4.4: white space and comments between its words are left out.
    private mutating func domain(comment: inout [UInt8]?) -> [UInt8] {
        var out: [UInt8] = []
        while true {
            let isSpaced = cursor.skipSpace(comment: &comment)
            if cursor.peek == 0x5B {
                out += cursor.skip(to: "]>").filter { !FieldCursor.isSpace($0) }
                if cursor.take(0x5D) { out.append(0x5D) }
                continue
            }
            // Another word behind a blank belongs to the domain only with a dot between them.
            if isSpaced, !out.isEmpty, out.last != 0x2E, cursor.peek != 0x2E { return out }
            let atom = cursor.atom()
            if atom.isEmpty { return out }
            out += atom
        }
    }
}

/// The words of a phrase or a local part.
private struct Words {
    private(set) var text: [UInt8] = []
    /// The same without white space between the words: a local part.
    private(set) var compact: [UInt8] = []
    private(set) var isEmpty = true
    /// Whether white space stands before the next word.
    var isSpaced = false

    mutating func append(_ word: some Collection<UInt8>) {
        if isSpaced, !isEmpty { text.append(0x20) }
        text += word
        compact += word
        isEmpty = false
        isSpaced = false
    }
}

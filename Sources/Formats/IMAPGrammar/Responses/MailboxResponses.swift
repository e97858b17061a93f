internal import Bytes

/// RFC 9051 §7.3.1: a mailbox of LIST.
package struct ListEntry: Sendable {
    package var name: MailboxName
    package var separator: UInt8?
    /// With their backslash: `\HasNoChildren`, `\Sent`.
    package var attributes: [StaticString] = []
    /// RFC 5258 §4: CHILDINFO, by which selection options a child matched.
    package var childInfo: [StaticString] = []
    /// RFC 9051 §6.3.9.7: OLDNAME.
    package var oldName: MailboxName?

    package init(name: MailboxName, separator: UInt8?) { (self.name, self.separator) = (name, separator) }
}

/// RFC 2342 §6.
package struct Namespace: Hashable, Sendable {
    package var prefix: MailboxName
    package var separator: UInt8?

    package init(prefix: MailboxName, separator: UInt8?) { (self.prefix, self.separator) = (prefix, separator) }
}

extension ResponseWriter {
    package mutating func list(_ entry: ListEntry, kind: List.Kind = .list) {
        bytes.append(kind == .list ? "* LIST " : kind == .lsub ? "* LSUB " : "* XLIST ")
        list(entry.attributes) { $0.bytes.append($1) }
        bytes.append(0x20)
        separator(entry.separator)
        bytes.append(0x20)
        mailbox(entry.name)
        if !entry.childInfo.isEmpty || entry.oldName != nil {
            bytes.append(" (")
            if !entry.childInfo.isEmpty {
                bytes.append("\"CHILDINFO\" ")
                list(entry.childInfo) {
                    $0.bytes.append(0x22)
                    $0.bytes.append($1)
                    $0.bytes.append(0x22)
                }
            }
            if let oldName = entry.oldName {
                bytes.append(entry.childInfo.isEmpty ? "\"OLDNAME\" (" : " \"OLDNAME\" (")
                mailbox(oldName)
                bytes.append(0x29)
            }
            bytes.append(0x29)
        }
        endLine()
    }

    private mutating func separator(_ separator: UInt8?) {
        if let separator { string([separator]) } else { bytes.append("NIL") }
    }

    /// RFC 9051 §7.3.4: STATUS. Nil is `NIL`, which APPENDLIMIT has (RFC 7889 §4); MAILBOXID's value is `mailboxID`.
    package mutating func status(_ name: MailboxName, _ items: [(StatusItem, UInt64?)], mailboxID: [UInt8]? = nil) {
        bytes.append("* STATUS ")
        mailbox(name)
        bytes.append(0x20)
        list(items) { writer, item in
            writer.bytes.append(item.0.name)
            writer.bytes.append(0x20)
            if item.0 == .mailboxID {
                writer.bytes.append(0x28)
                writer.bytes.append(contentsOf: mailboxID ?? [])
                writer.bytes.append(0x29)
            } else if let value = item.1 {
                writer.bytes.append(decimal: value)
            } else {
                writer.bytes.append("NIL")
            }
        }
        endLine()
    }

    /// RFC 9051 §7.3.5.
    package mutating func flags(_ flags: [Flag]) {
        bytes.append("* FLAGS ")
        flagList(flags)
        endLine()
    }

    /// RFC 9051 §7.4.1.
    package mutating func exists(_ count: UInt32) { number(count, " EXISTS\r\n") }
    /// RFC 3501 §7.3.2.
    package mutating func recent(_ count: UInt32) { number(count, " RECENT\r\n") }
    /// RFC 9051 §7.5.1.
    package mutating func expunge(_ number: UInt32) { self.number(number, " EXPUNGE\r\n") }

    private mutating func number(_ number: UInt32, _ name: StaticString) {
        bytes.append("* ")
        bytes.append(decimal: number)
        bytes.append(name)
    }

    /// RFC 7162 §3.2.10. Nothing for an empty set.
    package mutating func vanished(_ uids: NumberSet, isEarlier: Bool) {
        if uids.isEmpty { return }
        bytes.append(isEarlier ? "* VANISHED (EARLIER) " : "* VANISHED ")
        uids.append(to: &bytes)
        endLine()
    }

    /// RFC 9051 §6.3.10.
    package mutating func namespace(personal: [Namespace], others: [Namespace], shared: [Namespace]) {
        bytes.append("* NAMESPACE")
        for namespaces in [personal, others, shared] {
            if namespaces.isEmpty {
                bytes.append(" NIL")
                continue
            }
            bytes.append(" (")
            for namespace in namespaces {
                bytes.append(0x28)
                string(namespace.prefix.encoded(coding))
                bytes.append(0x20)
                separator(namespace.separator)
                bytes.append(0x29)
            }
            bytes.append(0x29)
        }
        endLine()
    }
}

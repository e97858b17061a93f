internal import Bytes

/// What stands in brackets before the text (RFC 9051 §7.1), with the codes of extensions.
package enum ResponseCode: Sendable, Equatable {
    // RFC 9051 §7.1, RFC 5530.
    case alert, parse, readOnly, readWrite, tryCreate, uidNotSticky, unknownCTE
    case unavailable, authenticationFailed, authorizationFailed, expired, privacyRequired, contactAdmin, noPerm, inUse
    case expungeIssued, corruption, serverBug, clientBug, cannot, limit, overQuota, alreadyExists, nonexistent
    case closed, hasChildren, notSaved
    case badCharset([[UInt8]])
    case capability([String])
    case permanentFlags([Flag], mayCreate: Bool)
    case uidNext(UInt32), uidValidity(UInt32), unseen(UInt32)
    /// RFC 4315 §3. A set of UIDs in the order in which the messages were given.
    case appendUID(validity: UInt32, uids: [UInt32])
    /// As many destinations as sources, in that order.
    case copyUID(validity: UInt32, from: [UInt32], to: [UInt32])
    // RFC 7162.
    case highestModSeq(UInt64), noModSeq
    case modified(NumberSet)
    /// RFC 4978.
    case compressionActive
    /// RFC 6154.
    case useAttribute
    // RFC 4469.
    case badURL([UInt8]), tooBig
    // RFC 5267: the tag.
    case noUpdate([UInt8])
    // RFC 5464. Sizes of the longest value that was left out, of the longest that is taken.
    case metadataLongEntries(UInt64), metadataMaximumSize(UInt64), metadataTooMany, metadataNoPrivate
    // RFC 5465: the events that there are.
    case notificationOverflow
    case badEvent([String])
    /// RFC 8474.
    case mailboxID([UInt8])
    /// RFC 9585: how far a command is, of how much, both unknown where nil.
    case inProgress(tag: [UInt8], progress: UInt64?, goal: UInt64?)
    /// RFC 9586.
    case uidRequired
    /// RFC 9738: how many, and the lowest UID that was dealt with.
    case messageLimit(UInt32, lowestUID: UInt32?)
    /// RFC 4467 §5.1: the mechanisms.
    case urlMechanisms([String])
    /// RFC 7162 §3.2.11 has CLOSED; RFC 2221 a referral to another server.
    case referral([UInt8])
}

extension ResponseCode {
    func append(to writer: inout ResponseWriter) {
        if let name = bareName { return writer.bytes.append(name) }
        switch self {
        case .badCharset(let charsets):
            writer.bytes.append("BADCHARSET")
            if charsets.isEmpty { return }
            writer.bytes.append(0x20)
            writer.list(charsets) { $0.astring($1) }
        case .capability(let names):
            writer.bytes.append("CAPABILITY")
            for name in names {
                writer.bytes.append(0x20)
                writer.bytes.append(name)
            }
        case .permanentFlags(let flags, let mayCreate):
            writer.bytes.append("PERMANENTFLAGS ")
            writer.flagList(mayCreate ? flags + [.other([0x2A])] : flags)
        case .uidNext(let uid): writer.code("UIDNEXT ", UInt64(uid))
        case .uidValidity(let validity): writer.code("UIDVALIDITY ", UInt64(validity))
        case .unseen(let number): writer.code("UNSEEN ", UInt64(number))
        case .highestModSeq(let modSeq): writer.code("HIGHESTMODSEQ ", modSeq)
        case .appendUID(let validity, let uids):
            writer.code("APPENDUID ", UInt64(validity))
            writer.orderedSet(uids)
        case .copyUID(let validity, let from, let to):
            writer.code("COPYUID ", UInt64(validity))
            writer.orderedSet(from)
            writer.orderedSet(to)
        case .modified(let set):
            writer.bytes.append("MODIFIED ")
            set.append(to: &writer.bytes)
        case .badURL(let url):
            writer.bytes.append("BADURL ")
            // In brackets and in one line: RFC 4469 §5, url-resp-text.
            for byte in url where byte > 0x20 && byte < 0x7F && byte != 0x5D { writer.bytes.append(byte) }
        case .noUpdate(let tag):
            writer.bytes.append("NOUPDATE ")
            writer.string(tag)
        case .metadataLongEntries(let size): writer.code("METADATA LONGENTRIES ", size)
        case .metadataMaximumSize(let size): writer.code("METADATA MAXSIZE ", size)
        case .badEvent(let events):
            writer.bytes.append("BADEVENT ")
            writer.list(events) { $0.bytes.append($1) }
        case .mailboxID(let id):
            writer.bytes.append("MAILBOXID (")
            writer.bytes.append(contentsOf: id)
            writer.bytes.append(")")
        case .inProgress(let tag, let progress, let goal):
            writer.bytes.append("INPROGRESS (")
            writer.string(tag)
            for number in [progress, goal] {
                writer.bytes.append(0x20)
                if let number { writer.bytes.append(decimal: number) } else { writer.bytes.append("NIL") }
            }
            writer.bytes.append(")")
        case .messageLimit(let limit, let lowestUID):
            writer.code("MESSAGELIMIT ", UInt64(limit))
            if let lowestUID { writer.code(" ", UInt64(lowestUID)) }
        case .urlMechanisms(let mechanisms):
            writer.bytes.append("URLMECH INTERNAL")
            for mechanism in mechanisms where mechanism != "INTERNAL" {
                writer.bytes.append(0x20)
                writer.bytes.append(mechanism)
            }
        case .referral(let url):
            writer.bytes.append("REFERRAL ")
            for byte in url where byte > 0x20 && byte < 0x7F && byte != 0x5D { writer.bytes.append(byte) }
        default: break
        }
    }

    /// The codes that are a word.
    private var bareName: StaticString? {
        switch self {
        case .alert: "ALERT"
        case .parse: "PARSE"
        case .readOnly: "READ-ONLY"
        case .readWrite: "READ-WRITE"
        case .tryCreate: "TRYCREATE"
        case .uidNotSticky: "UIDNOTSTICKY"
        case .unknownCTE: "UNKNOWN-CTE"
        case .unavailable: "UNAVAILABLE"
        case .authenticationFailed: "AUTHENTICATIONFAILED"
        case .authorizationFailed: "AUTHORIZATIONFAILED"
        case .expired: "EXPIRED"
        case .privacyRequired: "PRIVACYREQUIRED"
        case .contactAdmin: "CONTACTADMIN"
        case .noPerm: "NOPERM"
        case .inUse: "INUSE"
        case .expungeIssued: "EXPUNGEISSUED"
        case .corruption: "CORRUPTION"
        case .serverBug: "SERVERBUG"
        case .clientBug: "CLIENTBUG"
        case .cannot: "CANNOT"
        case .limit: "LIMIT"
        case .overQuota: "OVERQUOTA"
        case .alreadyExists: "ALREADYEXISTS"
        case .nonexistent: "NONEXISTENT"
        case .closed: "CLOSED"
        case .hasChildren: "HASCHILDREN"
        case .notSaved: "NOTSAVED"
        case .noModSeq: "NOMODSEQ"
        case .compressionActive: "COMPRESSIONACTIVE"
        case .useAttribute: "USEATTR"
        case .tooBig: "TOOBIG"
        case .metadataTooMany: "METADATA TOOMANY"
        case .metadataNoPrivate: "METADATA NOPRIVATE"
        case .notificationOverflow: "NOTIFICATIONOVERFLOW"
        case .uidRequired: "UIDREQUIRED"
        default: nil
        }
    }
}

extension ResponseWriter {
    fileprivate mutating func code(_ name: StaticString, _ number: UInt64) {
        bytes.append(name)
        bytes.append(decimal: number)
    }

    /// A space and the numbers in their order, runs that ascend by one as ranges.
    fileprivate mutating func orderedSet(_ numbers: [UInt32]) {
        bytes.append(0x20)
        appendRuns(numbers)
    }

    mutating func appendRuns(_ numbers: some Sequence<UInt32>) {
        var run: ClosedRange<UInt32>?
        var isFirst = true
        func write(_ range: ClosedRange<UInt32>, _ bytes: inout [UInt8]) {
            if !isFirst { bytes.append(0x2C) }
            isFirst = false
            bytes.append(decimal: range.lowerBound)
            if range.count > 1 {
                bytes.append(0x3A)
                bytes.append(decimal: range.upperBound)
            }
        }
        for number in numbers {
            if let current = run {
                if current.upperBound < .max, number == current.upperBound + 1 {
                    run = current.lowerBound...number
                    continue
                }
                write(current, &bytes)
            }
            run = number...number
        }
        if let run { write(run, &bytes) }
    }
}

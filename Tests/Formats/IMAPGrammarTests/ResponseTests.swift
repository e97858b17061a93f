import Bytes
import TestRandom
import Testing

@testable import IMAPGrammar

@Suite("Responses are written as the RFCs have them")
struct ResponseTests {
    @Test("status responses and their codes")
    func status() {
        #expect(written { $0.tagged(bytes("A1"), .ok, nil, "done") } == "A1 OK done\r\n")
        #expect(written { $0.untagged(.ok, .permanentFlags([.deleted, .seen], mayCreate: true), "Limited") } == "* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited\r\n")
        #expect(written { $0.bye(.unavailable, "bye") } == "* BYE [UNAVAILABLE] bye\r\n")
        #expect(written { $0.preauthenticated(nil, "hello") } == "* PREAUTH hello\r\n")
        #expect(written { $0.continuation() } == "+ \r\n" && written { $0.continuation("idling") } == "+ idling\r\n")
        #expect(written { $0.challenge(bytes("user")) } == "+ dXNlcg==\r\n")
        // Text is never empty, and never more than a line.
        #expect(written { $0.tagged(bytes("a"), .no, .highestModSeq(5), "") } == "a NO [HIGHESTMODSEQ 5] -\r\n")
        #expect(written { $0.untagged(.bad, nil, "a\r\nb OK \u{E9}\0") } == "* BAD a  b OK ?? \r\n")
        #expect(written(.utf8) { $0.untagged(.bad, nil, "é") } == "* BAD é\r\n")
    }

    @Test("codes", arguments: [
        (ResponseCode.badCharset([[UInt8]("UTF-8".utf8), [UInt8]("US-ASCII".utf8)]), "BADCHARSET (UTF-8 US-ASCII)"), (.badCharset([]), "BADCHARSET"),
        (.capability(["IMAP4rev2", "IDLE"]), "CAPABILITY IMAP4rev2 IDLE"), (.uidNext(4392), "UIDNEXT 4392"), (.uidValidity(3_857_529_045), "UIDVALIDITY 3857529045"),
        (.unseen(12), "UNSEEN 12"), (.appendUID(validity: 38505, uids: [3955]), "APPENDUID 38505 3955"),
        (.copyUID(validity: 38505, from: [304, 319, 320], to: [3956, 3957, 3958]), "COPYUID 38505 304,319:320 3956:3958"),
        (.copyUID(validity: 1, from: [9, 8, 3], to: [1, 2, 3]), "COPYUID 1 9,8,3 1:3"), (.modified(numbers(7...7, 9...9)), "MODIFIED 7,9"), (.noModSeq, "NOMODSEQ"),
        (.badURL([UInt8]("/x]\r\n y".utf8)), "BADURL /xy"), (.noUpdate([UInt8]("B02".utf8)), "NOUPDATE \"B02\""), (.metadataLongEntries(2199), "METADATA LONGENTRIES 2199"),
        (.metadataMaximumSize(1024), "METADATA MAXSIZE 1024"), (.metadataTooMany, "METADATA TOOMANY"), (.metadataNoPrivate, "METADATA NOPRIVATE"),
        (.badEvent(["MessageNew", "FlagChange"]), "BADEVENT (MessageNew FlagChange)"), (.mailboxID([UInt8]("F2212ea87".utf8)), "MAILBOXID (F2212ea87)"),
        (.inProgress(tag: [UInt8]("A001".utf8), progress: 454, goal: 1000), "INPROGRESS (\"A001\" 454 1000)"),
        (.inProgress(tag: [UInt8]("A001".utf8), progress: 454, goal: nil), "INPROGRESS (\"A001\" 454 NIL)"), (.uidRequired, "UIDREQUIRED"),
        (.messageLimit(1000, lowestUID: 23221), "MESSAGELIMIT 1000 23221"), (.messageLimit(1000, lowestUID: nil), "MESSAGELIMIT 1000"),
        (.urlMechanisms(["INTERNAL", "X"]), "URLMECH INTERNAL X"), (.useAttribute, "USEATTR"), (.tooBig, "TOOBIG"), (.notificationOverflow, "NOTIFICATIONOVERFLOW"),
        (.compressionActive, "COMPRESSIONACTIVE"), (.readWrite, "READ-WRITE"), (.unknownCTE, "UNKNOWN-CTE"), (.overQuota, "OVERQUOTA"), (.closed, "CLOSED"),
    ])
    func codes(_ code: ResponseCode, _ expected: String) {
        #expect(written { $0.tagged(bytes("a"), .ok, code, "x") } == "a OK [\(expected)] x\r\n")
    }

    @Test("strings are atoms, quoted or literals as their bytes demand", arguments: [
        ("INBOX", "INBOX"), ("a b", "\"a b\""), ("", "\"\""), ("nil", "\"nil\""), ("a\"\\", "\"a\\\"\\\\\""), ("a]", "\"a]\""), ("a\r\nb", "{4}\r\na\r\nb"), ("é", "{2}\r\né"),
        ("a\0b", "{2}\r\nab"), ("a\tb", "{3}\r\na\tb"), ("(", "\"(\""), ("{3}", "\"{3}\""), (String(repeating: "x", count: 1025), "{1025}\r\n" + String(repeating: "x", count: 1025)),
    ])
    func strings(_ value: String, _ expected: String) {
        #expect(text { WireString.appendAString(bytes(value), to: &$0) } == expected)
    }

    @Test("a string that is written is read again", arguments: 0..<100)
    func stringRoundTrip(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = (0..<Int.random(in: 0...30, using: &random)).map { _ in UInt8.random(in: 1...255, using: &random) }
        for utf8 in [false, true] {
            var out: [UInt8] = []
            WireString.appendAString(value, utf8: utf8, to: &out)
            var cursor = CommandCursor(out)
            #expect(try cursor.astring() == value && cursor.isAtEnd)
        }
    }

    @Test("UTF-8 stands in quotes where the client has enabled it (RFC 9051 §4.3)")
    func utf8Strings() {
        #expect(text { WireString.append(bytes("é"), utf8: true, to: &$0) } == "\"é\"")
        #expect(text { WireString.append([0x41, 0xFF], utf8: true, to: &$0) }.hasPrefix("{2}"))
        #expect(written(.utf8) { $0.list(ListEntry(name: box("é"), separator: 0x2F)) } == "* LIST () \"/\" \"é\"\r\n")
        #expect(written { $0.list(ListEntry(name: box("é"), separator: 0x2F)) } == "* LIST () \"/\" &AOk-\r\n")
    }

    @Test("FETCH (RFC 9051 §7.5.2)")
    func fetch() {
        #expect(written {
            $0.beginFetch(23)
            $0.fetchUID(7)
            $0.fetchFlags([.seen, .keyword(bytes("$Junk"))])
            $0.fetchModSeq(624_140_003)
            $0.fetchSize(44827)
            $0.fetchInternalDate(InternalDate(seconds: 837_596_665, zoneMinutes: -420))
            $0.endFetch()
        } == "* 23 FETCH (UID 7 FLAGS (\\Seen $Junk) MODSEQ (624140003) RFC822.SIZE 44827 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")\r\n")
        #expect(written {
            $0.beginUIDFetch(25000)
            $0.fetchFlags(written: bytes("\\Seen"))
            $0.endFetch()
        } == "* 25000 UIDFETCH (FLAGS (\\Seen))\r\n")
        #expect(written {
            $0.beginFetch(1)
            $0.fetchEmailID(bytes("M1"))
            $0.fetchThreadID(nil)
            $0.fetchSaveDate(nil)
            $0.fetchPreview(nil)
            $0.endFetch()
        } == "* 1 FETCH (EMAILID (M1) THREADID NIL SAVEDATE NIL PREVIEW NIL)\r\n")
    }

    @Test("sections are repeated as they were asked for, with the origin alone")
    func sections() throws {
        func echo(_ item: String, size: UInt64 = 3) throws -> String {
            guard case .section(let section)? = try command("a FETCH 1 \(item)").fetch?.items.first else { return "none" }
            return written {
                $0.beginFetch(1)
                $0.fetchUID(2)
                $0.fetchSection(section, size: size)
                if size > 0 { $0.bytes.append("abc") }
                $0.endFetch()
            }
        }
        #expect(try echo("BODY.PEEK[]<0.2048>") == "* 1 FETCH (UID 2 BODY[]<0> {3}\r\nabc)\r\n")
        #expect(try echo("BODY[HEADER.FIELDS (Date \"From\" \"a b\")]") == "* 1 FETCH (UID 2 BODY[HEADER.FIELDS (Date From \"a b\")] {3}\r\nabc)\r\n")
        #expect(try echo("BODY[1.2.HEADER.FIELDS.NOT (To)]") == "* 1 FETCH (UID 2 BODY[1.2.HEADER.FIELDS.NOT (To)] {3}\r\nabc)\r\n")
        #expect(try echo("BODY[4.MIME]") == "* 1 FETCH (UID 2 BODY[4.MIME] {3}\r\nabc)\r\n")
        // iOS Mail from 18.2 on hangs on {0}.
        #expect(try echo("BODY[1]<393216.393216>", size: 0) == "* 1 FETCH (UID 2 BODY[1]<393216> \"\")\r\n")
        #expect(written {
            $0.beginFetch(1)
            $0.fetchBinary(BinarySection(part: [1, 2]), size: 4, hasNUL: true)
            $0.bytes.append("a\0bc")
            $0.fetchBinarySize(BinarySection(part: [1]), 9)
            $0.fetchMissingSection(BodySection(part: [9]))
            $0.fetchOldSection(.rfc822Header, size: 0)
            $0.endFetch()
        } == "* 1 FETCH (BINARY[1.2] ~{4}\r\na\0bc BINARY.SIZE[1] 9 BODY[9] NIL RFC822.HEADER \"\")\r\n")
    }

    @Test("the envelope of RFC 9051 §8's dialogue")
    func envelope() {
        var envelope = Envelope()
        envelope.date = bytes("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)")
        envelope.subject = bytes("IMAP4rev2 WG mtg summary and minutes")
        let terry = Address(name: bytes("Terry Gray"), mailbox: bytes("gray"), host: bytes("cac.washington.edu"))
        (envelope.from, envelope.sender, envelope.replyTo) = ([terry], [terry], [terry])
        envelope.to = [Address(mailbox: bytes("imap"), host: bytes("cac.washington.edu"))]
        envelope.cc = [Address(mailbox: bytes("minutes"), host: bytes("CNRI.Reston.VA.US")), Address(name: bytes("John Klensin"), mailbox: bytes("KLENSIN"), host: bytes("MIT.EDU"))]
        envelope.messageID = bytes("<B27397-0100000@cac.washington.ed>")
        #expect(text { envelope.append(to: &$0) }
            == "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary and minutes\" ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
            + "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
            + "((NIL NIL \"imap\" \"cac.washington.edu\")) ((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")"
            + "(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL \"<B27397-0100000@cac.washington.ed>\")")
        #expect(text { Envelope().append(to: &$0) } == "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)")
    }

    @Test("body structures (RFC 9051 §7.5.2)")
    func bodyStructure() {
        var plain = BodyStructure.BodyPart(type: bytes("TEXT"), subtype: bytes("PLAIN"), size: 1152, content: .text(lines: 23))
        plain.parameters = [.init(bytes("CHARSET"), bytes("US-ASCII"))]
        var diff = BodyStructure.BodyPart(type: bytes("TEXT"), subtype: bytes("PLAIN"), size: 4554, content: .text(lines: 73))
        diff.parameters = [.init(bytes("CHARSET"), bytes("US-ASCII")), .init(bytes("NAME"), bytes("cc.diff"))]
        diff.id = bytes("<960723163407.20117h@cac.washington.edu>")
        diff.description = bytes("Compiler diff")
        diff.encoding = bytes("BASE64")
        let mixed = BodyStructure.multipart(.init(parts: [.part(plain), .part(diff)], subtype: bytes("MIXED")))
        #expect(text { mixed.append(to: &$0, extended: false) }
            == "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1152 23)(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\" \"NAME\" \"cc.diff\") "
            + "\"<960723163407.20117h@cac.washington.edu>\" \"Compiler diff\" \"BASE64\" 4554 73) \"MIXED\")")
        plain.other.dispositionKind = bytes("attachment")
        plain.other.dispositionParameters = [.init(bytes("filename"), bytes("a"))]
        plain.other.languages = [bytes("en"), bytes("ru")]
        plain.other.location = bytes("x")
        plain.md5 = bytes("Q2hlY2s=")
        #expect(text { BodyStructure.part(plain).append(to: &$0, extended: true) }
            == "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1152 23 \"Q2hlY2s=\" (\"attachment\" (\"filename\" \"a\")) (\"en\" \"ru\") \"x\")")
        #expect(text { mixed.append(to: &$0, extended: true) }.hasSuffix(" \"MIXED\" NIL NIL NIL NIL)"))
        let message = BodyStructure.part(.init(type: bytes("MESSAGE"), subtype: bytes("RFC822"), size: 9, content: .message(Envelope(), .part(diff), lines: 3)))
        #expect(text { message.append(to: &$0, extended: false) }.hasPrefix("(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"TEXT\""))
        #expect(text { BodyStructure.multipart(.init(parts: [], subtype: bytes("MIXED"))).append(to: &$0, extended: false) }
            == "((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0) \"MIXED\")")
    }

    @Test("a structure that is deeper than any message ends where it is too deep")
    func deepStructure() {
        var structure = BodyStructure.part(.init(type: bytes("TEXT"), subtype: bytes("PLAIN"), size: 1, content: .text(lines: 1)))
        for _ in 0..<1000 { structure = .multipart(.init(parts: [structure], subtype: bytes("MIXED"))) }
        let line = text { structure.append(to: &$0, extended: true) }
        #expect(line.filter { $0 == "(" }.count == 201 && line.filter { $0 == ")" }.count == 201)
    }

    @Test("LIST, STATUS, NAMESPACE and the sizes of mailboxes")
    func mailboxes() {
        var entry = ListEntry(name: box("Foo/Bar"), separator: 0x2F)
        entry.attributes = ["\\HasNoChildren", "\\Sent"]
        #expect(written { $0.list(entry) } == "* LIST (\\HasNoChildren \\Sent) \"/\" Foo/Bar\r\n")
        entry.childInfo = ["SUBSCRIBED"]
        entry.oldName = box("a b")
        #expect(written { $0.list(entry) } == "* LIST (\\HasNoChildren \\Sent) \"/\" Foo/Bar (\"CHILDINFO\" (\"SUBSCRIBED\") \"OLDNAME\" (\"a b\"))\r\n")
        #expect(written { $0.list(ListEntry(name: box(""), separator: 0x5C), kind: .lsub) } == "* LSUB () \"\\\\\" \"\"\r\n")
        #expect(written { $0.list(ListEntry(name: .inbox, separator: nil), kind: .xlist) } == "* XLIST () NIL INBOX\r\n")
        #expect(written { $0.status(box("blurdybloop"), [(.messages, 231), (.uidNext, 44292), (.appendLimit, nil), (.mailboxID, nil), (.deletedStorage, 5)], mailboxID: bytes("F1")) }
            == "* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292 APPENDLIMIT NIL MAILBOXID (F1) DELETED-STORAGE 5)\r\n")
        #expect(written { $0.namespace(personal: [Namespace(prefix: box(""), separator: 0x2F)], others: [Namespace(prefix: box("Other Users/"), separator: 0x2F)], shared: []) }
            == "* NAMESPACE ((\"\" \"/\")) ((\"Other Users/\" \"/\")) NIL\r\n")
        #expect(written {
            $0.exists(172)
            $0.recent(1)
            $0.expunge(44)
            $0.flags([.answered])
            $0.vanished(numbers(41...41, 43...116), isEarlier: true)
            $0.vanished(numbers(405...405), isEarlier: false)
            $0.vanished(NumberSet(), isEarlier: false)
        } == "* 172 EXISTS\r\n* 1 RECENT\r\n* 44 EXPUNGE\r\n* FLAGS (\\Answered)\r\n* VANISHED (EARLIER) 41,43:116\r\n* VANISHED 405\r\n")
    }

    @Test("CAPABILITY, ID, rights, quotas, metadata, URLs")
    func server() {
        #expect(written { $0.capability(["IMAP4rev2"]) } == "* CAPABILITY IMAP4rev2\r\n" && written { $0.enabled([]) } == "* ENABLED\r\n")
        #expect(written { $0.id([IDField(name: bytes("name"), value: bytes("Tegu")), IDField(name: bytes("x"), value: nil)]) } == "* ID (\"name\" \"Tegu\" \"x\" NIL)\r\n")
        #expect(written { $0.acl(.inbox, [(bytes("Fred"), bytes("rwipslxetad")), (bytes("a b"), [])]) } == "* ACL INBOX Fred rwipslxetad \"a b\" \"\"\r\n")
        #expect(written { $0.listRights(box("~/Mail/saved"), identifier: bytes("smith"), required: bytes("la"), optional: [bytes("r"), bytes("swicdkxte")]) }
            == "* LISTRIGHTS ~/Mail/saved smith la r swicdkxte\r\n")
        #expect(written { $0.myRights(.inbox, bytes("rwiptsldaex")) } == "* MYRIGHTS INBOX rwiptsldaex\r\n")
        #expect(written { $0.quota(root: [], [("STORAGE", 10, 512)]) } == "* QUOTA \"\" (STORAGE 10 512)\r\n")
        #expect(written { $0.quotaRoot(.inbox, roots: [bytes("#user/alice")]) } == "* QUOTAROOT INBOX #user/alice\r\n")
        #expect(written { $0.metadata(.inbox, [MetadataEntry(name: bytes("/shared/comment"), value: bytes("Shared")), MetadataEntry(name: bytes("/private/x"), value: nil)]) }
            == "* METADATA INBOX (/shared/comment \"Shared\" /private/x NIL)\r\n")
        #expect(written { $0.metadata(nil, [MetadataEntry(name: bytes("/shared/x"), value: bytes("a\0"))]) } == "* METADATA \"\" (/shared/x ~{2}\r\na\0)\r\n")
        #expect(written { $0.metadataChanged(nil, [bytes("/shared/comment")]) } == "* METADATA \"\" /shared/comment\r\n")
        #expect(written { $0.generatedURLs([bytes("imap://x")]) } == "* GENURLAUTH \"imap://x\"\r\n")
        #expect(written {
            $0.beginURLFetch()
            $0.urlFetched(bytes("imap://x"), size: 2)
            $0.bytes.append("ab")
            $0.urlFetched(bytes("imap://y"), size: nil)
            $0.endURLFetch()
        } == "* URLFETCH imap://x {2}\r\nab imap://y NIL\r\n")
    }

    @Test("results of searches")
    func searches() {
        #expect(written { $0.search([2, 84, 882], modSeq: 917_162_500) } == "* SEARCH 2 84 882 (MODSEQ 917162500)\r\n" && written { $0.search([]) } == "* SEARCH\r\n")
        #expect(written { $0.sort([5, 3, 4]) } == "* SORT 5 3 4\r\n")
        var result = SearchResult(tag: bytes("A285"), isUID: true)
        result.min = 7
        result.max = 3800
        result.count = 15
        #expect(written { $0.extendedSearch(result) } == "* ESEARCH (TAG \"A285\") UID MIN 7 MAX 3800 COUNT 15\r\n")
        result = SearchResult(tag: bytes("A"), isUID: false)
        result.all = .set(numbers(2...2, 10...11))
        result.modSeq = 5
        result.relevancy = [100, 3]
        #expect(written { $0.extendedSearch(result) } == "* ESEARCH (TAG \"A\") ALL 2,10:11 MODSEQ 5 RELEVANCY (100 3)\r\n")
        result.all = .set(NumberSet())
        result.modSeq = nil
        result.relevancy = nil
        #expect(written { $0.extendedSearch(result) } == "* ESEARCH (TAG \"A\")\r\n")
        result.partial = (PartialRange(1, 100, isFromEnd: true), .set(numbers(200...299)))
        #expect(written { $0.extendedSearch(result) } == "* ESEARCH (TAG \"A\") PARTIAL (-1:-100 200:299)\r\n")
        result.partial = (PartialRange(1, 9), .ordered([]))
        result.added = [(0, .set(numbers(32768...32769)))]
        result.removed = [(1, .ordered([9, 8]))]
        #expect(written { $0.extendedSearch(result) } == "* ESEARCH (TAG \"A\") PARTIAL (1:9 NIL) ADDTO (0 32768:32769) REMOVEFROM (1 9,8)\r\n")
        result = SearchResult(tag: bytes("tag1"), isUID: true)
        result.source = .init(mailbox: box("folder1"), uidValidity: 1)
        result.all = .ordered([4001, 4003, 4005, 4006, 4007])
        #expect(written { $0.extendedSearch(result) } == "* ESEARCH (TAG \"tag1\" MAILBOX folder1 UIDVALIDITY 1) UID ALL 4001,4003,4005:4007\r\n")
    }

    /// Builds threads from children by parent; nil numbers are missing messages.
    private indirect enum Tree { case node(UInt32?, [Tree]) }

    private func threads(_ trees: [Tree]) -> Threads {
        var threads = Threads()
        func add(_ tree: Tree) -> Int {
            guard case .node(let number, let children) = tree else { return 0 }
            threads.messages.append(.init(number: number))
            let place = threads.messages.count - 1
            let places = children.map { add($0) }
            threads.messages[place].firstChild = places.first
            for (left, right) in zip(places, places.dropFirst()) { threads.messages[left].nextSibling = right }
            return place
        }
        threads.roots = trees.map { add($0) }
        return threads
    }

    @Test("threads (RFC 5256 §4)")
    func thread() {
        func leaf(_ number: UInt32) -> Tree { .node(number, []) }
        let first: [Tree] = [leaf(2), .node(3, [.node(6, [.node(4, [leaf(23)]), .node(44, [.node(7, [leaf(96)])])])])]
        #expect(written { $0.thread(threads(first)) } == "* THREAD (2)(3 6 (4 23)(44 7 96))\r\n")
        let missing: [Tree] = [.node(166, []), .node(nil, [leaf(3), leaf(5)]), .node(nil, [.node(9, [leaf(10)])])]
        #expect(written { $0.thread(threads(missing)) } == "* THREAD (166)((3)(5))((9 10))\r\n")
        #expect(written { $0.thread(Threads()) } == "* THREAD\r\n")
    }

    @Test("a thread as long as a mailbox, one with two answers at each step, and one that leads back to itself")
    func hostileThreads() {
        let count = 200_000
        var chain = Threads()
        chain.messages = (0..<count).map { .init(number: UInt32($0 + 1), firstChild: $0 + 1 < count ? $0 + 1 : nil) }
        chain.roots = [0]
        #expect(written { $0.thread(chain) }.hasSuffix(" 199999 200000)\r\n"))
        for place in stride(from: 0, to: count - 2, by: 2) {
            chain.messages[place].firstChild = place + 1
            chain.messages[place + 1].firstChild = nil
            chain.messages[place + 1].nextSibling = place + 2
        }
        let line = written { $0.thread(chain) }
        #expect(line.utf8.filter { $0 == 0x28 }.count == line.utf8.filter { $0 == 0x29 }.count)
        var loop = Threads()
        loop.messages = [.init(number: 1, firstChild: 1), .init(number: 2, firstChild: 0, nextSibling: 1), .init(number: 3, firstChild: 77)]
        loop.roots = [0, 0, 2, 9]
        #expect(written { $0.thread(loop) } == "* THREAD (1 2)(3)\r\n")
    }
}

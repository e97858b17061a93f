import Bytes
import Testing

@testable import IMAPGrammar

@Suite("Commands are read to what they ask")
struct CommandTests {
    @Test("the RFCs' examples", arguments: [RFCExamples.rfc9051, RFCExamples.rfc3501, RFCExamples.extensions].joined().map { $0 })
    func examples(_ line: String) throws {
        let parsed = try TaggedCommand.parse(bytes(line))
        #expect(String(utf8: parsed.tag) == line.prefix { $0 != " " })
    }

    @Test("every command of the table is read, in any case of letters")
    func names() throws {
        let arguments: [CommandName: String] = [
            .id: "NIL", .compress: "DEFLATE", .authenticate: "PLAIN", .login: "a b", .enable: "X", .select: "a", .examine: "a",
            .create: "a", .delete: "a", .rename: "a b", .subscribe: "a", .unsubscribe: "a", .status: "a (SIZE)", .list: "a b",
            .lsub: "a b", .xlist: "a b", .fetch: "1 UID", .uidFetch: "1 UID", .store: "1 FLAGS a", .uidStore: "1 FLAGS a", .copy: "1 a",
            .uidCopy: "1 a", .move: "1 a", .uidMove: "1 a", .search: "ALL", .uidSearch: "ALL", .sort: "(DATE) UTF-8 ALL",
            .uidSort: "(DATE) UTF-8 ALL", .thread: "REFS UTF-8 ALL", .uidThread: "REFS UTF-8 ALL", .multiSearch: "ALL",
            .cancelUpdate: "\"a\"", .append: "a {1}\r\n ", .replace: "1 a {1}\r\n ", .uidReplace: "1 a {1}\r\n ", .uidExpunge: "1",
            .setACL: "a b l", .deleteACL: "a b", .getACL: "a", .myRights: "a", .listRights: "a b", .getQuota: "a", .getQuotaRoot: "a",
            .setQuota: "a (STORAGE 1)", .getMetadata: "a /private/comment", .setMetadata: "a (/private/comment \"b\")",
            .generateURLs: "a INTERNAL", .fetchURLs: "a", .notify: "NONE",
        ]
        for name in CommandName.allCases {
            let line = "a \(name.rawValue)" + (arguments[name].map { " \($0)" } ?? "")
            #expect(throws: Never.self, "\(line)") { try command(line) }
            let folded = "a \(name.rawValue.lowercased())" + (arguments[name].map { " \($0)" } ?? "")
            #expect(throws: Never.self, "\(folded)") { try command(folded) }
            if arguments[name] == nil { continue }
            #expect(throws: CommandError.self, "\(line) without arguments") {
                if name == .append || name == .replace || name == .uidReplace { throw CommandError(tag: nil, text: "") }
                _ = try command("a \(name.rawValue)")
            }
        }
    }

    @Test("signing in")
    func session() throws {
        #expect(try command("a LOGIN \"j\\\"oe\" {3}\r\np w") == .login(user: bytes("j\"oe"), password: bytes("p w")))
        #expect(try command("a AUTHENTICATE PLAIN =") == .authenticate(mechanism: bytes("PLAIN"), initialResponse: []))
        #expect(try command("a authenticate plain dGVzdAB0ZXN0AHRlc3Q=")
            == .authenticate(mechanism: bytes("PLAIN"), initialResponse: bytes("test\0test\0test")))
        #expect(try command("a AUTHENTICATE PLAIN  dGVzdA==") == .authenticate(mechanism: bytes("PLAIN"), initialResponse: bytes("test")))
        #expect(throws: CommandError.self) { try command("a AUTHENTICATE PLAIN !") }
        #expect(try command("a ENABLE condstore utf8=accept") == .enable([bytes("CONDSTORE"), bytes("UTF8=ACCEPT")]))
        #expect(try command("a ID (\"name\" NIL)") == .id([IDField(name: bytes("name"), value: nil)]))
    }

    @Test("SELECT with what the client knew (RFC 7162 §3.2.5)")
    func select() throws {
        var expected = Select(mailbox: .inbox, isReadOnly: false)
        expected.quickResync = QuickResync(
            uidValidity: 67_890_007, modSeq: 90_060_115_194_045_000, knownUIDs: numbers(41...211, 214...541),
            match: .init(numbers: numbers(1...1, 3...3), uids: numbers(41...41, 43...43)))
        #expect(try command("a SELECT inbox (QRESYNC (67890007 90060115194045000 41:211,214:541 (1,3 41,43)))") == .select(expected))
        expected.quickResync?.knownUIDs = nil
        #expect(try command("a SELECT INBOX (QRESYNC (67890007 90060115194045000 (1,3 41,43)))") == .select(expected))
        for bad in ["(QRESYNC (1 1 1:*))", "(QRESYNC (1 1 $))", "(QRESYNC (0 1))", "(QRESYNC (1 1 1 (1,2 1)))", "(X)", "()"] {
            #expect(throws: CommandError.self, "\(bad)") { try command("a SELECT INBOX \(bad)") }
        }
    }

    @Test("items of FETCH")
    func fetchItems() throws {
        let all = "(FLAGS UID INTERNALDATE ENVELOPE BODYSTRUCTURE BODY RFC822.SIZE RFC822 RFC822.HEADER RFC822.TEXT MODSEQ EMAILID "
            + "THREADID SAVEDATE PREVIEW)"
        #expect(try command("a FETCH 1 \(all)").fetch?.items == [
            .flags, .uid, .internalDate, .envelope, .bodyStructure, .body, .size, .rfc822, .rfc822Header, .rfc822Text, .modSeq, .emailID,
            .threadID, .saveDate, .preview(isLazy: false),
        ])
        let sections: [(String, FetchItem)] = [
            ("BODY[]", .section(BodySection())), ("BODY.PEEK[]<0.100>", .section(BodySection(isPeek: true, partial: Partial(origin: 0, count: 100)))),
            ("BODY[1.2.MIME]", .section(BodySection(part: [1, 2], text: .mime))), ("body[4.2.2.2]", .section(BodySection(part: [4, 2, 2, 2]))),
            ("BODY[3.HEADER]", .section(BodySection(part: [3], text: .header))), ("BODY[TEXT]", .section(BodySection(text: .text))),
            ("BODY[HEADER.FIELDS.NOT (Received \"X-\" {2}\r\nTo)]",
             .section(BodySection(text: .headerFieldsNot([bytes("Received"), bytes("X-"), bytes("To")])))),
            ("BINARY.PEEK[1]", .binary(BinarySection(part: [1], isPeek: true))), ("BINARY[]", .binary(BinarySection())),
            ("BINARY.SIZE[1.3]", .binarySize(BinarySection(part: [1, 3], isPeek: true))),
            ("BINARY.PEEK[1.MIME]<15>", .binary(BinarySection(part: [1], text: .mime, isPeek: true, partial: Partial(origin: 15, count: .max)))),
        ]
        for (text, item) in sections {
            #expect(try command("a FETCH 1 \(text)").fetch?.items == [item], "\(text)")
            #expect(try command("a FETCH 1 (UID \(text) FLAGS)").fetch?.items == [.uid, item, .flags], "\(text)")
        }
        for bad in ["BODY[MIME]", "BODY[1.]", "BODY[.1]", "BODY[0]", "BODY[1", "BODY[1]<0.0>", "BODY[1]<0", "BINARY[MIME]", "BODY[HEADER.FIELDS ()]", "()",
            "(ALL)", "(FLAGS ALL)", "BINARY.SIZE[1]<0.1>", "FLAGS UID", "BODY[1.HEADERS]", "BODY[1HEADER]", "RFC822.X"] {
            #expect(throws: CommandError.self, "\(bad)") { try command("a FETCH 1 \(bad)") }
        }
    }

    @Test("macros and modifiers of FETCH")
    func fetchModifiers() throws {
        #expect(try command("a FETCH 1 FAST").fetch?.items == [.flags, .internalDate, .size])
        #expect(try command("a FETCH 1 full").fetch?.items == [.flags, .internalDate, .size, .envelope, .body])
        let fetch = try #require(command("a UID FETCH 1:* (FLAGS) (CHANGEDSINCE 5 VANISHED PARTIAL -1:-30)").fetch)
        #expect(fetch.isUID && fetch.set == .all && fetch.changedSince == 5 && fetch.vanished)
        #expect(fetch.partial == PartialRange(1, 30, isFromEnd: true))
        #expect(try command("a FETCH 1 PREVIEW (CHANGEDSINCE 7)").fetch?.changedSince == 7)
        #expect(try command("a FETCH 1 (FLAGS) (CHANGEDSINCE 0)").fetch?.changedSince == 1)
        for bad in ["FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)", "UID FETCH 1 FLAGS (VANISHED)", "FETCH 1 FLAGS (PARTIAL 1:2)",
            "UID FETCH 1 FLAGS (PARTIAL -1:2)", "UID FETCH 1 FLAGS (PARTIAL 0:2)"] {
            #expect(throws: CommandError.self, "\(bad)") { try command("a \(bad)") }
        }
    }

    @Test("STORE and its flags")
    func store() throws {
        #expect(try command("a STORE 1,3:2 +FLAGS.SILENT (\\Seen $Junk \\Recent)") == .store(Store(
            isUID: false, set: set(1...3), change: .add, isSilent: true, flags: [.seen, .keyword(bytes("$junk"))])))
        #expect(try command("a UID STORE 1 (UNCHANGEDSINCE 0) FLAGS \\Deleted x") == .store(Store(
            isUID: true, set: set(1...1), change: .replace, isSilent: false, flags: [.deleted, .keyword(bytes("x"))], unchangedSince: 0)))
        #expect(try command("a STORE 1 -FLAGS ()") == .store(Store(isUID: false, set: set(1...1), change: .remove, isSilent: false, flags: [])))
        #expect(try command("a STORE 1 FLAGS (\\X-New)") == .store(Store(
            isUID: false, set: set(1...1), change: .replace, isSilent: false, flags: [.other(bytes("X-New"))])))
        for bad in ["FLAGS (\\)", "FLAGS ([)]", "FLAGS (a]b)", "FLAGS (\\*)", "*FLAGS (a)", "FLAGS", "FLAGS.LOUD (a)", "FLAGS (a  b)"] {
            #expect(throws: CommandError.self, "\(bad)") { try command("a STORE 1 \(bad)") }
        }
    }

    @Test("LIST with options")
    func list() throws {
        guard case .list(let list) = try command(
            "a LIST (SUBSCRIBED RECURSIVEMATCH) \"\" (\"a%\" b*) RETURN (CHILDREN STATUS (MESSAGES UNSEEN) MYRIGHTS SPECIAL-USE)")
        else { return #expect(Bool(false)) }
        #expect(list.selection == [.subscribed, .recursiveMatch] && list.isExtended)
        #expect(list.patterns.map { String(utf8: $0.text) } == ["a%", "b*"])
        #expect(list.returning == ListReturn(subscribed: false, children: true, specialUse: true, myRights: true, status: [.messages, .unseen]))
        guard case .list(let plain) = try command("a LIST \"\" %") else { return #expect(Bool(false)) }
        #expect(!plain.isExtended && plain.returning == nil)
        for bad in ["(RECURSIVEMATCH) \"\" *", "(RECURSIVEMATCH REMOTE) \"\" *", "(X) \"\" *", "\"\"", "\"\" ()", "\"\" * RETURN",
            "\"\" * RETURN (X)", "\"\" \"&\""] {
            #expect(throws: CommandError.self, "\(bad)") { try command("a LIST \(bad)") }
        }
        #expect(throws: CommandError.self) { try command("a LSUB (SUBSCRIBED) \"\" *") }
    }

    @Test("rights, quotas, metadata, URLs, events")
    func others() throws {
        #expect(try command("a SETACL INBOX \"joe doe\" +lrs")
            == .setACL(.inbox, identifier: bytes("joe doe"), RightsChange(kind: .add, rights: bytes("lrs"))))
        #expect(try command("a SETACL INBOX joe \"\"") == .setACL(.inbox, identifier: bytes("joe"), RightsChange(kind: .replace, rights: [])))
        #expect(throws: CommandError.self) { try command("a SETACL INBOX joe LRS") }
        #expect(try command("a SETQUOTA \"\" (storage 512 MESSAGE 9)") == .setQuota(root: [], [
            QuotaLimit(resource: bytes("STORAGE"), limit: 512), QuotaLimit(resource: bytes("MESSAGE"), limit: 9),
        ]))
        #expect(try command("a SETQUOTA \"\" ()") == .setQuota(root: [], []))
        var metadata = GetMetadata(mailbox: .inbox, entries: [bytes("/private/comment")])
        metadata.maximumSize = 1024
        metadata.depth = .infinity
        for order in ["(MAXSIZE 1024 DEPTH infinity) INBOX", "INBOX (MAXSIZE 1024 DEPTH infinity)"] {
            #expect(try command("a GETMETADATA \(order) /private/comment") == .getMetadata(metadata))
        }
        for bad in ["comment", "/private/", "/private//x", "/private/*", "\"/private/\u{7}\""] {
            #expect(throws: CommandError.self, "\(bad)") { try command("a GETMETADATA INBOX \(bad)") }
        }
        #expect(try command("a SETMETADATA \"\" (/shared/x ~{3}\r\na\0b)")
            == .setMetadata(nil, [MetadataEntry(name: bytes("/shared/x"), value: bytes("a\0b"))]))
        #expect(try command("a GENURLAUTH x internal y INTERNAL") == .generateURLs([
            URLRequest(url: bytes("x"), mechanism: bytes("INTERNAL")), URLRequest(url: bytes("y"), mechanism: bytes("INTERNAL")),
        ]))
        #expect(try command("a NOTIFY SET STATUS (subtree (a b) (MessageNew (UID FLAGS) MessageExpunge FooEvent)) (personal NONE)")
            == .notify(.set(status: true, [
                Notify.Group(filter: .subtree([box("a"), box("b")]),
                             events: [.messageNew([.uid, .flags]), .messageExpunge, .unknown(bytes("FooEvent"))]),
                Notify.Group(filter: .personal, events: []),
            ])))
        #expect(try command("a CREATE x (USE (\\Sent))") == .create(box("x"), uses: [bytes("\\Sent")]))
    }

    @Test("what is wrong is told with the tag where there is one, and without what the client sent")
    func errors() {
        let cases: [(String, String?, Bool, String)] = [
            ("", nil, false, "expected a tag at byte 0"), ("+ x", nil, false, "expected a tag at byte 0"), ("a", nil, false, "expected a space at byte 1"),
            ("a ", "a", true, "expected the name of a command at byte 2"), ("a XYZZY", "a", true, "expected the name of a command at byte 7"),
            ("a UID NOOP", "a", true, "expected the name of a command at byte 10"), ("a UID", "a", true, "expected the name of a command at byte 5"),
            ("a NOOP x", "a", false, "NOOP: expected the end of the command at byte 7"),
            ("a LOGIN x", "a", false, "LOGIN: expected a space at byte 9"),
            ("a LOGIN \"x y", "a", false, "LOGIN: expected the end of the quoted string at byte 12"),
            ("a LOGIN \"x\\y\" z", "a", false, "LOGIN: expected a quote or a backslash at byte 11"),
            ("a LOGIN x {3}\r\nab", "a", false, "LOGIN: expected the bytes of the literal at byte 15"),
            ("a LOGIN x {3}\r\na\0b", "a", false, "LOGIN: expected a literal without NUL at byte 18"),
            ("a FETCH 0 FLAGS", "a", false, "FETCH: expected a sequence set above 0 at byte 8"),
            ("a FETCH 4294967296 FLAGS", "a", false, "FETCH: expected a sequence set below 2^32 at byte 8"),
            ("a FETCH 99999999999999999999999 FLAGS", "a", false, "FETCH: expected a number below 2^63 at byte 26"),
            ("a SELECT &Jjo", "a", false, "SELECT: expected a mailbox name in modified UTF-7 at byte 9"),
        ]
        for (line, tag, isUnknown, text) in cases {
            do {
                let parsed = try TaggedCommand.parse(bytes(line))
                Issue.record("\(line) was read as \(parsed)")
            } catch {
                #expect(error == CommandError(tag: tag.map(bytes), isUnknownCommand: isUnknown, text: text), "\(line)")
            }
        }
    }

    @Test("dates and times")
    func dates() throws {
        func upload(_ date: String) -> InternalDate? {
            var cursor = CommandCursor(bytes(date))
            return try? cursor.dateTime()
        }
        #expect(upload("\"17-Jul-1996 02:44:25 -0700\"") == InternalDate(seconds: 837_596_665, zoneMinutes: -420))
        #expect(upload("\" 7-Feb-1994 22:43:04 -0800\"") == InternalDate(seconds: 760_689_784, zoneMinutes: -480))
        #expect(upload("\"7-Feb-1994 22:43:04 -0800\"") == upload("\"07-Feb-1994 22:43:04 -0800\""))
        for text in ["\"17-Jul-1996 02:44:25 -0700\"", "\" 7-Feb-1994 22:43:04 +0530\"", "\"29-Feb-2000 00:00:00 +0000\"", "\" 1-Jan-0001 00:00:00 +0000\"",
            "\"31-Dec-9999 23:59:59 -1200\"", "\"31-Dec-1969 23:59:59 +1400\""] {
            let date = try #require(upload(text))
            #expect(IMAPGrammarTests.text { date.append(to: &$0) } == text)
        }
        for bad in ["\"31-Feb-1996 02:44:25 -0700\"", "\"17-Jul-96 02:44:25 -0700\"", "\"17-Jul-1996 24:44:25 -0700\"", "\"17-Jul-1996 02:44:25 GMT\"",
            "\"17-Foo-1996 02:44:25 -0700\"", "\"17-Jul-1996 2:44:25 -0700\"", "17-Jul-1996 02:44:25 -0700", "\"17-Jul-1996 02:44:25 -0700"] {
            #expect(upload(bad) == nil, "\(bad)")
        }
        #expect(text { InternalDate(seconds: .max, zoneMinutes: .max).append(to: &$0) } == "\"31-Dec-9999 23:59:59 +2359\"")
        #expect(text { InternalDate(seconds: .min, zoneMinutes: -.max).append(to: &$0) } == "\" 1-Jan-0000 00:00:00 -2359\"")
        for day in stride(from: SearchDate(year: 0, month: 1, day: 1)?.dayNumber ?? 0, to: 2_932_897, by: 13) {
            let date = Calendar.date(dayNumber: day)
            guard SearchDate(year: date.year, month: date.month, day: date.day)?.dayNumber == day else {
                return fail("\(day) is not \(date)")
            }
        }
    }
}

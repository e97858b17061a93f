import Database
import Directory
import IMAPGrammar
import Mail
import Testing

@testable import IMAPServer

/// What is switched off is as if there were no such thing (RFC 9051 §7.1.3, §7.2.2).
@Suite struct CapabilityTests {
    private static func off(_ names: String..., in site: TestSite, for name: String = "anna") throws {
        try site.database.write { tx in
            let id = try tx.read.first("SELECT id FROM principal WHERE name = $1", [.text(name)]) { $0.integer(0) } ?? 0
            try site.context.services.place.store.setCapabilitiesOff(tx, names, of: .init(rawValue: id))
        }
    }

    private static func told(_ client: TestClient) -> Set<String> {
        Set((client.lines("c CAPABILITY").first ?? "").split(separator: " ").dropFirst(2).map(String.init))
    }

    @Test("what is off for an account is told to nobody who signs in there, and to others it is")
    func toldAfterSignIn() throws {
        let site = try TestSite()
        try Self.off("COMPRESS=DEFLATE", "IDLE", in: site)
        let stranger = site.stranger()
        #expect(Self.told(stranger).contains("IMAP4rev2"))
        let answer = stranger.say("a LOGIN anna anna")
        #expect(answer.contains("CAPABILITY") && !answer.contains("COMPRESS") && !answer.contains(" IDLE "))
        // RFC 9051 has IDLE in it, so it goes too.
        #expect(Self.told(stranger).isDisjoint(with: ["IDLE", "COMPRESS=DEFLATE", "IMAP4rev2"]))
        #expect(Self.told(stranger).isSuperset(of: ["IMAP4rev1", "SORT", "UIDPLUS"]))
        #expect(Self.told(site.boris()).isSuperset(of: ["IDLE", "COMPRESS=DEFLATE", "IMAP4rev2"]))
        #expect(stranger.say("x IDLE").hasPrefix("x BAD") && stranger.say("x COMPRESS DEFLATE").hasPrefix("x BAD"))
        stranger.say("u UNAUTHENTICATE")
        stranger.say("a LOGIN boris boris")
        #expect(Self.told(stranger).contains("IDLE"))
    }

    @Test("a name that no version has, and one in other letters, are no fault")
    func unknownNames() throws {
        let site = try TestSite()
        try Self.off("X-GONE", "sort", in: site)
        let anna = site.anna()
        #expect(Self.told(anna).isDisjoint(with: ["SORT", "ESORT", "SORT=DISPLAY"]) && Self.told(anna).contains("IDLE"))
    }

    @Test("what is off for everybody is off before sign-in too")
    func offForAll() throws {
        let site = try TestSite { $0.capabilitiesOff = [.id, .uidOnly] }
        let stranger = site.stranger()
        #expect(!Self.told(stranger).contains("ID") && stranger.say("x ID NIL").hasPrefix("x BAD"))
        let anna = site.anna()
        #expect(!Self.told(anna).contains("UIDONLY"))
        anna.say("e ENABLE UIDONLY")
        anna.say("s SELECT INBOX")
        #expect(anna.say("f FETCH 1:* FLAGS").contains("f OK"))
    }

    /// One command that makes use of each.
    static let commands: [(Capability, String)] = [
        (.id, "ID NIL"), (.enable, "ENABLE CONDSTORE"), (.idle, "IDLE"), (.namespace, "NAMESPACE"), (.unselect, "UNSELECT"),
        (.uidPlus, "UID EXPUNGE 1"), (.move, "MOVE 1 Trash"), (.move, "UID MOVE 1 Trash"), (.listExtended, "LIST \"\" (INBOX Sent)"),
        (.listStatus, "LIST \"\" * RETURN (STATUS (MESSAGES))"), (.listMyRights, "LIST \"\" * RETURN (MYRIGHTS)"),
        (.specialUse, "LIST (SPECIAL-USE) \"\" *"), (.createSpecialUse, "CREATE new (USE (\\Flagged))"), (.esearch, "SEARCH RETURN (MIN) ALL"),
        (.searchResult, "FETCH $ FLAGS"), (.searchResult, "SEARCH RETURN (SAVE) ALL"), (.within, "SEARCH OLDER 10"), (.sort, "SORT (DATE) UTF-8 ALL"),
        (.sortDisplay, "SORT (DISPLAYFROM) UTF-8 ALL"), (.esort, "SORT RETURN (MIN) (DATE) UTF-8 ALL"),
        (.threadOrderedSubject, "THREAD ORDEREDSUBJECT UTF-8 ALL"), (.threadReferences, "THREAD REFERENCES UTF-8 ALL"),
        (.condstore, "FETCH 1 MODSEQ"), (.condstore, "SELECT INBOX (CONDSTORE)"), (.condstore, "STATUS INBOX (HIGHESTMODSEQ)"),
        (.condstore, "SEARCH MODSEQ 1"), (.condstore, "STORE 1 (UNCHANGEDSINCE 1) +FLAGS (x)"), (.acl, "MYRIGHTS INBOX"), (.acl, "GETACL INBOX"),
        (.quota, "GETQUOTAROOT INBOX"), (.quotaStorage, "STATUS INBOX (DELETED-STORAGE)"), (.compress, "COMPRESS DEFLATE"),
        (.binary, "FETCH 1 BINARY.PEEK[1]"), (.metadata, "GETMETADATA INBOX /private/comment"), (.objectID, "FETCH 1 EMAILID"),
        (.objectID, "STATUS INBOX (MAILBOXID)"), (.saveDate, "FETCH 1 SAVEDATE"), (.saveDate, "SEARCH SAVEDSINCE 1-Jan-2020"),
        (.preview, "FETCH 1 PREVIEW"), (.statusSize, "STATUS INBOX (SIZE)"), (.partial, "SEARCH RETURN (PARTIAL 1:10) ALL"),
        (.replace, "REPLACE 1 INBOX {1+}\r\nx"), (.unauthenticate, "UNAUTHENTICATE"),
        (.catenate, "APPEND INBOX CATENATE (URL \"/INBOX/;UID=1\")"), (.fuzzy, "SEARCH FUZZY SUBJECT a"),
        (.multiSearch, "ESEARCH IN (PERSONAL) ALL"), (.notify, "NOTIFY NONE"), (.contextSearch, "SEARCH RETURN (UPDATE) ALL"),
        (.contextSearch, "CANCELUPDATE \"x\""), (.urlAuthorization, "RESETKEY"), (.urlBinary, "URLFETCH (\"imap://x/\" BINARY)"),
        (.multiAppend, "APPEND INBOX {1+}\r\nx {1+}\r\ny"),
    ]

    @Test("commands, options and items of what is off are BAD, and known to who has it", arguments: commands.indices)
    func commandsOfWhatIsOff(_ index: Int) throws {
        let (capability, command) = Self.commands[index]
        let site = try TestSite()
        try Self.off(capability.rawValue, in: site)
        for (client, isOff) in [(site.anna(), true), (site.boris(), false)] {
            client.append("Subject: a\r\n\r\nb\r\n", to: "INBOX")
            client.say("s SELECT INBOX")
            let answer = client.say("x \(command)")
            let isBad = answer.contains("x BAD")
            #expect(isBad == isOff, "\(command): \(answer)")
            if isOff { #expect(!Self.told(client).contains(capability.rawValue)) }
        }
    }

    @Test("codes, attributes and answers of what is off are not sent")
    func answersOfWhatIsOff() throws {
        let site = try TestSite()
        try Self.off("UIDPLUS", "CONDSTORE", "OBJECTID", "URLAUTH", "SPECIAL-USE", "CHILDREN", in: site)
        let anna = site.anna()
        #expect(!anna.append("Subject: a\r\n\r\nb\r\n", to: "INBOX").contains("APPENDUID"))
        let selected = anna.say("s SELECT INBOX") + anna.say("s SELECT INBOX")
        for code in ["HIGHESTMODSEQ", "MAILBOXID", "URLMECH", "CLOSED"] { #expect(!selected.contains(code), "\(code)") }
        #expect(!anna.say("c COPY 1 Trash").contains("COPYUID") && !anna.say("c CREATE new").contains("MAILBOXID"))
        let list = anna.say("l LIST \"\" *")
        #expect(!list.contains("Children") && !list.contains("\\Trash") && list.contains("* LIST () \"/\" Trash\r\n"), "\(list)")
    }

    @Test("every one of them is told, once, and has its own bit")
    func table() {
        #expect(Set(Capability.allCases.map(\.rawValue)).count == Capability.allCases.count && Capability.allCases.count <= 64)
        for capability in Capability.allCases {
            let alone: CapabilitySet = [capability]
            #expect(Capability.allCases.filter { alone.contains($0) } == [capability])
            #expect(alone.withDependents.contains(capability))
        }
    }
}

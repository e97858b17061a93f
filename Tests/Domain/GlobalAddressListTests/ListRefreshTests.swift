import CollectionStore
import ContentLines
import Database
import Directory
import Testing
import VCard

@testable import GlobalAddressList

@Suite("A list follows its directories")
struct ListRefreshTests {
    @Test("entries of several directories become cards, those with a common address one, by the order of the directories")
    func merge() throws {
        let (first, second) = (ListedDirectory("first"), ListedDirectory("second"))
        first.put("anna", "anna@x")
        second.put("a1", "a@x", "anna@x")
        second.put("bert", "bert@x")
        let listing = try Listing(first, second)
        let report = try listing.refresh()
        #expect(report.changes.created == 2 && report.cards == 2)
        #expect(try listing.card("first anna").emails == ["anna@x", "a@x"])
        #expect(try listing.cards().keys.sorted() == ["first anna", "second bert"])
        // The other order makes it the other's.
        listing.sources = [second, first]
        try listing.refresh()
        #expect(try listing.cards().keys.sorted() == ["second a1", "second bert"])
    }

    @Test("a refresh that finds nothing new changes nothing in the book, whether it compares or not")
    func unchanged() throws {
        let directory = ListedDirectory("d")
        for index in 0..<450 { directory.put("u\(index)", "u\(index)@x") }
        directory.put("g", "g@x", kind: .group, members: ["u1", "u2"])
        let listing = try Listing(directory)
        #expect(try listing.refresh().cards == 451)
        let modseq = try listing.book.modseq
        #expect(try listing.refresh().changes == ListChanges())
        #expect(try listing.refresh(comparing: true).changes == ListChanges())
        #expect(try listing.book.modseq == modseq)
    }

    @Test("only what changed is asked for and written, under the same UID and name whatever it is called by then")
    func incremental() throws {
        let directory = ListedDirectory("d")
        for index in 0..<300 { directory.put("u\(index)", "u\(index)@x") }
        let listing = try Listing(directory)
        try listing.refresh()
        let (modseq, uid, given) = (try listing.book.modseq, try listing.card("d u7").uid, directory.given)
        directory.put("u7", "new@x") { ($0.displayName, $0.location) = ("Renamed", "elsewhere") }
        try listing.refresh()
        #expect(directory.given - given <= 2)
        #expect(try listing.changes(since: modseq) == ["\(uid).vcf"])
        #expect(try listing.card("Renamed").uid == uid)
        #expect(try listing.card("Renamed").emails == ["new@x"])
    }

    @Test("what is gone goes when the directory is compared, and is told of to those who synchronise")
    func removal() throws {
        let directory = ListedDirectory("d")
        for name in ["a", "b", "c"] { directory.put(name, "\(name)@x") }
        let listing = try Listing(directory)
        try listing.refresh()
        let (modseq, uid) = (try listing.book.modseq, try listing.card("d b").uid)
        directory.remove("b")
        try listing.refresh()
        #expect(try listing.cards().count == 3)
        listing.pass(listing.options.compareInterval)
        #expect(try listing.refresh().changes.removed == 1)
        #expect(try listing.changes(since: modseq) == ["\(uid).vcf"])
        // Nothing of it is left, and it is nobody's to restore.
        let owner = try listing.book.owner
        try listing.database.read { tx in
            let rows = try tx.first(
                """
                SELECT (SELECT COUNT(*) FROM address_list_entry) + (SELECT COUNT(*) FROM address_list_address)
                    + (SELECT COUNT(*) FROM address_list_name)
                """) { $0.integer(0) }
            #expect(rows == 6)
            let trashed = try Trash.items(tx, of: owner)
            #expect(trashed.isEmpty)
        }
    }

    @Test("a directory that does not answer, was not read to the end or shows nobody at all loses nobody", arguments: [
        "down", "cut", "empty",
    ])
    func outage(_ fault: String) throws {
        let (broken, well) = (ListedDirectory("broken"), ListedDirectory("well"))
        for index in 0..<20 { broken.put("u\(index)", "u\(index)@x") }
        well.put("w", "w@x")
        let listing = try Listing(broken, well)
        try listing.refresh()
        well.put("v", "v@x")
        broken.set { state in
            switch fault {
            case "down": state.isDown = true
            case "cut":
                state.isCut = true
                state.entries["u1"] = nil
            default: state.entries = [:]
            }
        }
        let report = try listing.refresh(comparing: true)
        #expect(report.cards == 22 && report.changes.created == 1 && report.changes.removed == 0)
        #expect(report.unavailable.map(\.directory) == (fault == "down" ? ["broken"] : []))
        #expect(report.sources.first?.lastSuccess != report.sources.last?.lastSuccess)
    }

    @Test("who is hidden, disabled or without an address is not in the list, and leaves it when they become so")
    func leftOut() throws {
        let directory = ListedDirectory("d")
        directory.put("seen", "seen@x")
        directory.put("hidden", "hidden@x") { $0.isHidden = true }
        directory.put("disabled", "disabled@x") { $0.state = .disabled }
        directory.put("room", "room@x", kind: .room) { $0.state = .disabled }
        directory.put("silent")
        let listing = try Listing(directory)
        let counts = try #require(try listing.refresh().sources.first?.counts)
        #expect(counts.read == 5 && counts.hidden == 1 && counts.disabled == 1 && counts.addressless == 1)
        #expect(try listing.cards().keys.sorted() == ["d room", "d seen"])
        directory.put("seen", "seen@x") { $0.isHidden = true }
        #expect(try listing.refresh().changes.removed == 1)
        #expect(try listing.cards().keys.sorted() == ["d room"])
        listing.options.showsDisabled = true
        try listing.refresh(comparing: true)
        #expect(try listing.cards().keys.sorted() == ["d disabled", "d room"])
    }

    @Test("a group names its members' cards, also those that come, go, move or become others later, and groups")
    func groups() throws {
        let directory = ListedDirectory("d")
        directory.put("a", "a@x")
        directory.put("b", "b@x")
        directory.put("inner", "inner@x", kind: .group, members: ["b"])
        directory.put("all", "all@x", kind: .group, members: ["a", "late", "inner", "nobody"])
        let listing = try Listing(directory)
        try listing.refresh()
        func members() throws -> Set<String> {
            let lines = try listing.card("d all").card.properties(named: "MEMBER").map(\.text)
            return Set(lines.map { String($0.dropFirst("urn:uuid:".count)) })
        }
        func uids(_ names: String...) throws -> Set<String> { Set(try names.map { try listing.card("d \($0)").uid }) }
        #expect(try members() == uids("a", "inner"))
        directory.put("late", "late@x")
        try listing.refresh()
        #expect(try members() == uids("a", "inner", "late"))
        // Whether its groups go on naming who is moved, the next compare tells.
        directory.put("a", "a@x") { $0.location = "moved" }
        try listing.refresh()
        #expect(try members() == uids("a", "inner", "late"))
        try listing.refresh(comparing: true)
        #expect(try members() == uids("inner", "late"))
        // As Active Directory does it: the group's members are called otherwise, and its time of change stays.
        directory.put("late", "late@x") { $0.location = "later" }
        directory.set { $0.entries["all"]?.members = ["dn:later", "dn:inner"] }
        try listing.refresh()
        #expect(try members() == uids("inner", "late"))
        try listing.refresh(comparing: true)
        #expect(try members() == uids("inner", "late"))
        directory.remove("late")
        try listing.refresh(comparing: true)
        #expect(try members() == uids("inner"))
    }

    @Test("people who become one have one card from then on, and two again when they are two")
    func joinAndSplit() throws {
        let directory = ListedDirectory("d")
        directory.put("a", "a@x")
        directory.put("b", "b@x")
        let listing = try Listing(directory)
        try listing.refresh()
        let (a, b) = (try listing.card("d a").uid, try listing.card("d b").uid)
        directory.put("b", "b@x", "a@x")
        try listing.refresh()
        #expect(try listing.cards().values.map(\.uid) == [a])
        directory.put("b", "b@x")
        try listing.refresh()
        #expect(try listing.card("d a").uid == a)
        #expect(try listing.card("d b").uid == b)
    }

    @Test("one refreshes at a time; a lease that was not renewed is another's")
    func lease() throws {
        let directory = ListedDirectory("d")
        directory.put("a", "a@x")
        let listing = try Listing(directory)
        let taken = try listing.database.write { tx in
            try AddressLists.take(tx, listing.list.collection, holder: "other", now: 1_000_000_000)
        }
        #expect(taken)
        #expect(try listing.attempt() == nil)
        listing.pass(AddressLists.leaseTime)
        try listing.refresh()
        #expect(throws: LeaseLost.self) {
            try listing.database.write { tx in
                try AddressLists.renew(tx, listing.list.collection, holder: "other", now: 1_000_000_000)
            }
        }
    }

    @Test("a node takes the lease of another node at once, which then writes nothing more, and that of a command at its end")
    func nodes() throws {
        let directory = ListedDirectory("d")
        directory.put("a", "a@x")
        let listing = try Listing(directory)
        func take(_ holder: String) throws -> Bool {
            try listing.database.write { tx in
                try AddressLists.take(tx, listing.list.collection, holder: holder, now: 1_000_000_000)
            }
        }
        #expect(try take(AddressLists.nodePrefix + "1"))
        #expect(try !take("command 1"))
        #expect(try take(AddressLists.nodePrefix + "2"))
        #expect(throws: LeaseLost.self) {
            try listing.database.write { tx in
                try AddressLists.renew(tx, listing.list.collection, holder: AddressLists.nodePrefix + "1", now: 1_000_000_000)
            }
        }
        listing.pass(AddressLists.leaseTime)
        #expect(try listing.attempt(holder: "command 2") != nil)
        _ = try listing.database.write { tx in
            try AddressLists.take(tx, listing.list.collection, holder: "command 3", now: 2_000_000_000)
        }
        #expect(try !take(AddressLists.nodePrefix + "2"))
    }

    @Test("a directory that is in the settings no more takes its entries along")
    func settings() throws {
        let (first, second) = (ListedDirectory("first"), ListedDirectory("second"))
        first.put("a", "a@x")
        second.put("b", "a@x")
        second.put("c", "c@x")
        let listing = try Listing(first, second)
        try listing.refresh()
        let uid = try listing.card("first a").uid
        listing.sources = [second]
        try listing.refresh()
        #expect(try listing.cards().keys.sorted() == ["second b", "second c"])
        #expect(try listing.card("second b").uid == uid)
    }

    @Test("a list that is too long stands in no home, and comes back only well below the limit")
    func size() throws {
        let directory = ListedDirectory("d")
        for index in 0..<20 { directory.put("u\(index)", "u\(index)@x") }
        let listing = try Listing(directory)
        listing.options.maximumListed = 10
        #expect(try listing.refresh().form == .addressDirectory)
        #expect(try listing.book.isSearchOnly)
        for index in 10..<20 { directory.remove("u\(index)") }
        #expect(try listing.refresh(comparing: true).form == .addressDirectory)
        directory.remove("u9")
        #expect(try listing.refresh(comparing: true).form == .addressList)
    }

    @Test("each form has its switch and its size", arguments: [
        // The switches, what is offered of ten cards, and what of twenty.
        (AddressListForms(), "book principals", "gateway principals"),
        (AddressListForms(gateway: .always), "book gateway principals", "gateway principals"),
        (AddressListForms(gateway: .never), "book principals", "principals"),
        (AddressListForms(isBook: false), "gateway principals", "gateway principals"),
        (AddressListForms(isBook: false, maximumInGateway: 15), "gateway principals", "principals"),
        (AddressListForms(gateway: .never, maximumOfPrincipals: 15), "book principals", ""),
        (AddressListForms(isOfPrincipals: false), "book", "gateway"),
    ])
    func forms(of settings: AddressListForms, few: String, many: String) throws {
        let directory = ListedDirectory("d")
        for index in 0..<10 { directory.put("u\(index)", "u\(index)@x") }
        let listing = try Listing(directory)
        listing.options.maximumListed = 15
        settings.put(in: &listing.options)
        try listing.refresh()
        #expect(try listing.forms == few)
        for index in 10..<20 { directory.put("u\(index)", "u\(index)@x") }
        try listing.refresh()
        #expect(try listing.forms == many)
    }

    @Test("entries of a unit are in its list alone, and move from one to the other")
    func units() throws {
        let directory = ListedDirectory("d")
        directory.put("a", "a@x") { $0.location = "board/a" }
        directory.put("b", "b@x")
        directory.put("g", "g@x", kind: .group, members: ["board/a", "b"])
        let listing = try Listing(directory)
        let board = try listing.unit("board")
        func refresh() throws {
            try listing.refresh { !$0.location.hasPrefix("board/") }
            try listing.refresh(board) { $0.location.hasPrefix("board/") }
        }
        try refresh()
        #expect(try listing.cards().keys.sorted() == ["d b", "d g"])
        #expect(try listing.cards(of: board).keys.sorted() == ["d a"])
        // Nobody of the unit is named by a group of the other list.
        #expect(try Array(listing.card("d g").card.properties(named: "MEMBER")).count == 1)
        let uid = try #require(try listing.cards(of: board)["d a"]?.uid)
        directory.put("a", "a@x") { $0.location = "a" }
        try refresh()
        #expect(try listing.cards().keys.sorted() == ["d a", "d b", "d g"] && listing.cards(of: board).isEmpty)
        #expect(try listing.card("d a").uid == uid)
        // The list of the unit goes alone.
        try listing.database.write { tx in try AddressLists.remove(tx, board, now: 0) }
        #expect(try listing.cards().count == 3)
    }

    @Test("the list of a domain that has none any more leaves nothing behind")
    func removed() throws {
        let directory = ListedDirectory("d")
        directory.put("a", "a@x")
        directory.put("b", "b@x") { $0.isHidden = true }
        let listing = try Listing(directory)
        try listing.refresh()
        try listing.database.write { tx in try AddressLists.remove(tx, listing.list, now: 0) }
        try listing.database.read { tx in
            for table: StaticString in [
                "SELECT COUNT(*) FROM principal", "SELECT COUNT(*) FROM collection", "SELECT COUNT(*) FROM member",
                "SELECT COUNT(*) FROM blob", "SELECT COUNT(*) FROM access_grant", "SELECT COUNT(*) FROM address_list_entry",
                "SELECT COUNT(*) FROM address_list_address", "SELECT COUNT(*) FROM address_list", "SELECT COUNT(*) FROM address_list_hidden",
            ] {
                let count = try tx.first(table) { $0.integer(0) }
                #expect(count == 0, "\(table)")
            }
        }
    }

    @Test("after any changes of several directories the list is what one made anew would be", arguments: 1...8)
    func random(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let directories = ["x", "y", "z"].map { ListedDirectory($0, tellsTimes: $0 != "z") }
        let listing = try Listing(directories[0], directories[1], directories[2])
        for _ in 0..<12 {
            for _ in 0..<6 {
                let directory = directories[random.below(3)]
                let id = "e\(random.below(6))"
                if random.below(5) == 0 {
                    directory.remove(id)
                } else {
                    let addresses = (0..<(1 + random.below(2))).map { _ in "a\(random.below(10))@x" }
                    let isGroup = id == "e5"
                    directory.put(
                        id, addresses[0], addresses[addresses.count - 1], kind: isGroup ? .group : .user,
                        members: isGroup ? (0..<3).map { _ in "e\(random.below(5))" } : []) { entry in
                            entry.displayName = "\(directory.name) \(id)"
                            entry.addresses = Array(Set(addresses)).sorted()
                        }
                }
            }
            try listing.refresh(comparing: random.below(2) == 0)
        }
        try listing.refresh(comparing: true)
        let anew = try Listing(directories[0], directories[1], directories[2])
        try anew.refresh()
        // UIDs have a history; all else has none.
        #expect(try Self.told(listing) == Self.told(anew), "seed \(seed)")
    }

    /// The cards by what they say, with their members by what these show.
    private static func told(_ listing: Listing) throws -> [String] {
        let cards = try listing.cards()
        let names = Dictionary(cards.map { ($0.value.uid, $0.key) }) { a, _ in a }
        return cards.map { name, card in
            let members = card.card.properties(named: "MEMBER").map { line in
                names[String(line.text.dropFirst("urn:uuid:".count))] ?? "?"
            }
            return "\(name) \(card.emails) \(members.sorted())"
        }.sorted()
    }
}

/// splitmix64.
struct Seeded {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(max(1, bound)))
    }
}

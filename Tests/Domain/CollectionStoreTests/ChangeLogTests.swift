import CollectionStore
import Database
import Directory
import Testing

@Suite("The change log")
struct ChangeLogTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    /// All changes since `since` by pages of `limit`, each `name` with `+`, `/` or `-`; and the position reached.
    private func changes(
        in collection: Collection, since: ModSeq = .zero, limit: Int = Int.max
    ) throws -> (pages: [[String]], reached: ModSeq) {
        try fixture.read { tx throws in
            let now = try #require(try Collections.find(tx, collection.id))
            var pages: [[String]] = []
            var position = since
            while true {
                let page = try ChangeLog.changes(tx, in: now, since: position, limit: limit)
                pages.append(
                    page.changes.map { change in
                        switch change.state {
                        case .member: "+" + change.name
                        case .collection, .mount: "/" + change.name
                        case .removed(let isCollection): (isCollection ? "-/" : "-") + change.name
                        }
                    })
                if page.isComplete {
                    #expect(page.reached == now.modseq)
                    return (pages, page.reached)
                }
                #expect(page.changes.count == limit)
                #expect(page.reached > position, "a page that does not go on loops")
                position = page.reached
            }
        }
    }

    @Test("a row that a later one has superseded is passed over")
    func superseded() throws {
        let calendar = try fixture.write { tx throws in
            let calendar = try tx.calendar()
            try tx.put(content("1", uid: "a"), as: "a", in: calendar)
            try tx.put(content("1", uid: "b"), as: "b", in: calendar)
            try tx.put(content("2", uid: "a"), as: "a", in: calendar)
            return calendar
        }
        let (pages, reached) = try changes(in: calendar)
        #expect(pages == [["+b", "+a"]])
        #expect(reached == ModSeq(rawValue: 3))
        #expect(try changes(in: calendar, since: reached).pages == [[]])
    }

    @Test("what was deleted and made anew is told once, as it is now")
    func recreated() throws {
        let calendar = try fixture.write { tx throws in
            let calendar = try tx.calendar()
            try tx.put(content("1", uid: "a"), as: "a", in: calendar)
            try tx.remove("a", in: calendar)
            try tx.put(content("1", uid: "a"), as: "a", in: calendar)
            try tx.put(content("1", uid: "gone"), as: "gone", in: calendar)
            try tx.remove("gone", in: calendar)
            return calendar
        }
        #expect(try changes(in: calendar).pages == [["+a", "-gone"]])
        #expect(try changes(in: calendar, limit: 1).pages == [["+a"], ["-gone"]])
    }

    @Test("pages of any size tell the same, each full but the last", arguments: [1, 2, 3, 7, 100])
    func paging(limit: Int) throws {
        let calendar = try fixture.write { tx throws in
            let calendar = try tx.calendar()
            for number in 0..<20 { try tx.put(content("1", uid: "\(number)"), as: "\(number)", in: calendar) }
            for number in 0..<20 where number % 3 == 0 {
                try tx.put(content("2", uid: "\(number)"), as: "\(number)", in: calendar)
            }
            for number in 0..<20 where number % 4 == 0 { try tx.remove("\(number)", in: calendar) }
            return calendar
        }
        let whole = try changes(in: calendar).pages
        let paged = try changes(in: calendar, limit: limit).pages
        #expect(Array(paged.joined()) == Array(whole.joined()))
        #expect(paged.joined().count == 20)
        #expect(paged.dropLast().allSatisfy { $0.count == limit })
    }

    @Test("a last page that is just full is complete")
    func exactlyFull() throws {
        let calendar = try fixture.write { tx throws in
            let calendar = try tx.calendar()
            for name in ["a", "b"] { try tx.put(content("1", uid: name), as: name, in: calendar) }
            return calendar
        }
        #expect(try changes(in: calendar, limit: 2).pages == [["+a", "+b"]])
    }

    @Test("a member that took the name of a deleted collection is told, and the collection's end")
    func collectionToMember() throws {
        let home = try fixture.write { tx throws in
            let home = try tx.home()
            try Collections.remove(tx, try tx.folder("x"), now: 2)
            try tx.put(content("1"), as: "x", in: home)
            return home
        }
        #expect(try changes(in: home).pages == [["-/x", "+x"]])
        #expect(try changes(in: home, limit: 1).pages == [["-/x"], ["+x"]])
        // A client that has seen the removal already.
        #expect(try changes(in: home, since: ModSeq(rawValue: 2)).pages == [["+x"]])
    }

    @Test("a collection that took the name of a deleted member is told, and the member's end")
    func memberToCollection() throws {
        let home = try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(content("1"), as: "x", in: home)
            try tx.remove("x", in: home)
            try tx.folder("x")
            return home
        }
        #expect(try changes(in: home).pages == [["-x", "/x"]])
    }

    @Test(
        "a name that was a collection, a member and a collection again ends as one, and each URL is told once"
    )
    func toAndFro() throws {
        let home = try fixture.write { tx throws in
            let home = try tx.home()
            try Collections.remove(tx, try tx.folder("x"), now: 2)
            try tx.put(content("1"), as: "x", in: home)
            try tx.remove("x", in: home)
            try tx.folder("x")
            return home
        }
        #expect(try changes(in: home).pages == [["-x", "/x"]])
        #expect(try changes(in: home, limit: 1).pages.last == ["/x"])
    }

    @Test("two spellings of a letter are two names of the log")
    func spellings() throws {
        let calendar = try fixture.write { tx throws in
            let calendar = try tx.calendar()
            try tx.put(content("1", uid: nfc), as: nfc, in: calendar)
            try tx.put(content("1", uid: nfd), as: nfd, in: calendar)
            return calendar
        }
        #expect(
            try changes(in: calendar).pages.joined().map { [UInt8]($0.utf8) }
                == ["+" + nfc, "+" + nfd].map { [UInt8]($0.utf8) })
    }

    @Test("a collection's own changes stand in its parent's log")
    func inParent() throws {
        let home = try fixture.write { tx throws in
            let home = try tx.home(.calendarHome)
            let calendar = try tx.calendar()
            try Collections.propertiesChanged(tx, of: calendar, now: 2)
            try Collections.propertiesChanged(tx, of: home, now: 2)
            try tx.put(content("1", uid: "a"), as: "a", in: calendar)
            return home
        }
        let (pages, reached) = try changes(in: home)
        #expect(pages == [["/work"]])
        #expect(reached == ModSeq(rawValue: 2))
    }

    @Test("the latest position is told where the collection was read before the snapshot")
    func staleCollection() throws {
        let stale = try fixture.write { tx throws in try tx.calendar() }
        try fixture.write { tx throws in try tx.put(content("1", uid: "a"), as: "a", in: stale) }
        let page = try fixture.read { tx throws in try ChangeLog.changes(tx, in: stale, since: .zero, limit: 10) }
        #expect(page.changes.count == 1)
        #expect(page.reached == ModSeq(rawValue: 1))
    }

    // MARK: The floor

    @Test("a token older than the kept log is not valid, one at the floor is")
    func floor() throws {
        let calendar = try fixture.write { tx throws in
            let calendar = try tx.calendar()
            for (time, name) in ["a", "b", "c", "d"].enumerated() {
                try tx.put(content("1", uid: name), as: name, in: calendar, now: Milliseconds(100 * time + 100))
            }
            return calendar
        }
        try fixture.write { tx throws in
            #expect(try ChangeLog.forget(tx, before: 250, limit: 100) == 3)  // and the row of `work` in the home
        }
        let now = try fixture.write { tx throws in try tx.fresh(calendar) }
        #expect(now.logFloor == ModSeq(rawValue: 2))
        func token(_ modseq: Int64) -> SyncToken {
            SyncToken(collection: now.id, epoch: now.epoch, modseq: ModSeq(rawValue: modseq))
        }
        #expect([0, 1, 2, 3, 4, 5].map { token($0).isValid(for: now) } == [false, false, true, true, true, false])
        #expect(try changes(in: calendar, since: ModSeq(rawValue: 2)).pages == [["+c", "+d"]])
    }

    @Test("forgetting goes on by batches and leaves no row under a floor")
    func forgetting() throws {
        try fixture.write { tx throws in
            for name in ["one", "two"] {
                let calendar = try tx.calendar(name)
                for number in 0..<5 {
                    try tx.put(content("1", uid: "\(number)"), as: "\(number)", in: calendar, now: 10)
                }
            }
        }
        var rounds = 0
        while try fixture.write({ tx throws in try ChangeLog.forget(tx, before: 1000, limit: 3) }) == 3 { rounds += 1 }
        #expect(rounds >= 3)
        try fixture.read { tx throws in
            #expect(try tx.first("SELECT COUNT(*) FROM change") { $0.integer(0) } == 0)
            #expect(try tx.first("SELECT COUNT(*) FROM collection WHERE log_floor <> modseq") { $0.integer(0) } == 0)
        }
    }

    @Test("a put of the same bytes is no change")
    func unchanged() throws {
        let calendar = try fixture.write { tx throws in
            let calendar = try tx.calendar()
            #expect(try tx.put(content("1", uid: "a"), as: "a", in: calendar) == .created)
            #expect(try tx.put(content("1", uid: "a"), as: "a", in: calendar) == .unchanged)
            #expect(try tx.put(content("2", uid: "a"), as: "a", in: calendar) == .replaced)
            return calendar
        }
        #expect(try changes(in: calendar).reached == ModSeq(rawValue: 2))
    }
}

import CollectionStore
import Database
import Directory
import Testing

@Suite("Members")
struct MembersTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    // MARK: Names and UIDs

    @Test("a UID stands in a collection once, in another collection again")
    func uidConflict() throws {
        try fixture.write { tx throws in try tx.put(content("1", uid: "u"), as: "a", in: try tx.calendar()) }
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("2", uid: "u"), as: "b", in: try tx.calendar()) }
                == .uidConflict(existingName: "a"))
        try fixture.write { tx throws in try tx.put(content("2", uid: "u"), as: "b", in: try tx.calendar("other")) }
    }

    @Test("a new content with another UID is refused")
    func uidChanged() throws {
        try fixture.write { tx throws in try tx.put(content("1", uid: "u"), as: "a", in: try tx.calendar()) }
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("1", uid: "v"), as: "a", in: try tx.calendar()) }
                == .uidChanged)
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("1"), as: "a", in: try tx.calendar()) } == .uidChanged
        )
    }

    @Test("a member without a UID may get one, but not another's")
    func firstUID() throws {
        try fixture.write { tx throws in
            let calendar = try tx.calendar()
            try tx.put(content("1", uid: "u"), as: "a", in: calendar)
            try tx.put(content("2"), as: "b", in: calendar)
        }
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("3", uid: "u"), as: "b", in: try tx.calendar()) }
                == .uidConflict(existingName: "a"))
        #expect(
            try fixture.write { tx throws in try tx.put(content("3", uid: "v"), as: "b", in: try tx.calendar()) }
                == .replaced)
    }

    @Test("C6: in a book a UID with urn:uuid: and one without it are one, in a calendar they are two", arguments: [
        ("u", "urn:uuid:u"), ("urn:uuid:u", "u"), ("URN:UUID:u", "urn:uuid:u"), ("URN:UUID:u", "u"),
    ])
    func uuidPrefix(stored: String, sent: String) throws {
        try fixture.write { tx throws in
            try tx.put(content("1", uid: stored), as: "a", in: try tx.book())
            try tx.put(content("1", uid: stored), as: "a", in: try tx.calendar())
            try tx.put(content("1", uid: sent), as: "b", in: try tx.calendar())
        }
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("2", uid: sent), as: "b", in: try tx.book()) }
                == .uidConflict(existingName: "a"))
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("2", uid: sent), as: "a", in: try tx.calendar()) } == .uidChanged)
        // As it was sent, also where it was another's spelling.
        #expect(try fixture.write { tx throws in try tx.put(content("2", uid: sent), as: "a", in: try tx.book()) } == .replaced)
        #expect(try fixture.write { tx throws in try tx.member("a", in: try tx.book())?.uid } == sent)
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("3", uid: "v"), as: "a", in: try tx.book()) } == .uidChanged)
    }

    @Test("a card does not become another's by its prefix where both stand in a book from before")
    func uuidPrefixOfTwo() throws {
        try fixture.write { tx throws in
            let book = try tx.book()
            try tx.put(content("1", uid: "u"), as: "a", in: book)
            try tx.put(content("2", uid: "w"), as: "b", in: book)
            try tx.execute("UPDATE member SET uid = 'urn:uuid:u' WHERE collection_id = $1 AND name = 'b'", [.integer(book.id.rawValue)])
        }
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("3", uid: "urn:uuid:u"), as: "a", in: try tx.book()) }
                == .uidConflict(existingName: "b"))
        #expect(try fixture.write { tx throws in try tx.put(content("3", uid: "u"), as: "a", in: try tx.book()) } == .replaced)
    }

    @Test("two spellings of a letter are two UIDs and two names")
    func spellings() throws {
        try fixture.write { tx throws in
            let calendar = try tx.calendar()
            try tx.put(content("1", uid: nfc), as: nfc, in: calendar)
            try tx.put(content("1", uid: nfd), as: nfd, in: calendar)
            #expect(
                try Members.all(tx.read, in: calendar.id).map { [UInt8]($0.name.utf8) } == [
                    [UInt8](nfd.utf8), [UInt8](nfc.utf8),
                ])
            #expect(try Members.name(tx.read, in: calendar.id, uid: nfd)?.utf8.elementsEqual(nfd.utf8) == true)
        }
        // Swift takes the two for one; the unique index would not.
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("2", uid: nfd), as: nfc, in: try tx.calendar()) }
                == .uidChanged)
    }

    @Test("facts that differ in their spelling only are a change")
    func spellingOfFacts() throws {
        func typed(_ type: String) -> MemberContent {
            MemberContent(place: .bytes([1]), size: 1, etag: ETag.of([1]), facts: MemberFacts(contentType: type))
        }
        try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(typed("text/" + nfc), as: "f", in: home)
            #expect(try tx.put(typed("text/" + nfd), as: "f", in: home) == .replaced)
            #expect(try tx.put(typed("text/" + nfd), as: "f", in: home) == .unchanged)
        }
    }

    @Test(
        "a name that cannot stand in a URL or a log is refused",
        arguments: [
            "", ".", "..", "a/b", "a\u{0}", "a\n", "\u{7F}", String(repeating: "x", count: 256),
            String(repeating: "é", count: 128),
        ])
    func invalidNames(name: String) throws {
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("1"), as: name, in: try tx.home()) } == .invalidName)
        #expect(try fixture.refusal { tx throws in try tx.folder(name) } == .invalidName)
        try fixture.write { tx throws in try tx.put(content("1"), as: "a", in: try tx.home()) }
        #expect(
            try fixture.refusal { tx throws in
                let home = try tx.home()
                try Members.move(
                    tx, try #require(try tx.member("a", in: home)), from: home, to: home, name: name, now: 3)
            } == .invalidName)
    }

    @Test(
        "any other name is taken",
        arguments: ["...", ".a", "a b", "a%2Fb", "a?b#c", "日本語", String(repeating: "x", count: 255)])
    func validNames(name: String) throws {
        try fixture.write { tx throws in
            try tx.put(content("1"), as: name, in: try tx.home())
            #expect(try tx.member(name, in: try tx.home())?.name == name)
        }
    }

    @Test("a member cannot have the name of a collection, nor a collection that of a member")
    func nameTaken() throws {
        try fixture.write { tx throws in
            try tx.folder("folder")
            try tx.put(content("1"), as: "file", in: try tx.home())
            try tx.put(content("1"), as: "other", in: try tx.home())
        }
        #expect(
            try fixture.refusal { tx throws in try tx.put(content("1"), as: "folder", in: try tx.home()) } == .nameTaken
        )
        #expect(try fixture.refusal { tx throws in try tx.folder("file") } == .nameTaken)
        for name in ["folder", "file", "other"] {
            #expect(
                try fixture.refusal { tx throws in
                    let home = try tx.home()
                    try Members.move(
                        tx, try #require(try tx.member("other", in: home)), from: home, to: home, name: name, now: 3)
                } == .nameTaken)
            #expect(
                try fixture.refusal { tx throws in
                    let home = try tx.home()
                    try Members.copy(tx, try #require(try tx.member("other", in: home)), to: home, name: name, now: 3)
                } == .nameTaken)
        }
    }

    // MARK: Listing

    @Test("members come in the order of their names' bytes, from any name on", arguments: [1, 2, 3, 100])
    func pages(limit: Int) throws {
        let names = ["B", "a", nfc, nfd, "z", "z1", "日"]
        try fixture.write { tx throws in
            for name in names.shuffled() { try tx.put(content("1"), as: name, in: try tx.home()) }
            let home = try tx.home()
            var found: [String] = []
            while true {
                let page = try Members.page(tx.read, in: home.id, after: found.last, limit: limit)
                if page.isEmpty { break }
                #expect(page.count <= limit)
                found += page.map(\.name)
            }
            let expected = names.map { [UInt8]($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            #expect(found.map { [UInt8]($0.utf8) } == expected)
            var seen: [[UInt8]] = []
            try Members.forEach(tx.read, in: home.id, after: "a") { view in
                seen.append([UInt8](view.name))
                return seen.count < 3
            }
            #expect(seen == Array(expected.dropFirst(2).prefix(3)))
            var entries: [[UInt8]] = []
            try Members.forEachEntry(tx.read, in: home.id, after: "a") { entry in
                entries.append([UInt8](entry.name))
                let member = try Members.find(tx.read, in: home.id, name: String(decoding: entry.name, as: UTF8.self))
                #expect(entry.id == member?.id && [UInt8](entry.etag) == member.map { [UInt8]($0.etag.utf8) })
                return entries.count < 3
            }
            #expect(entries == seen)
        }
    }

    @Test("a view shows what the member holds, from a row and from a value alike")
    func views() throws {
        try fixture.write { tx throws in
            let calendar = try tx.calendar()
            try tx.put(content("1", uid: "u"), as: "é", in: calendar, now: 77)
            let member = try #require(try tx.member("é", in: calendar))
            func check(_ view: borrowing MemberView) {
                #expect([UInt8](view.name) == [UInt8](member.name.utf8))
                #expect([UInt8](view.etag) == [UInt8](member.etag.utf8))
                #expect([UInt8](view.component) == [UInt8]("vevent".utf8))
                #expect(view.contentType.isEmpty)
                #expect(view.id == member.id && view.size == member.size && view.modseq == member.modseq)
                #expect(view.blobID == member.blobID && view.created == 77 && view.modified == 77)
            }
            try Members.forEach(tx.read, in: calendar.id, after: nil) {
                check($0); return true
            }
            MemberView.with(member) { check($0) }
            #expect(try Members.with(tx.read, in: calendar.id, name: "é") { check($0) })
            #expect(try !Members.with(tx.read, in: calendar.id, name: "e") { check($0) })
        }
    }

    // MARK: Moving and copying

    @Test("a calendar object can be renamed: it keeps its UID, its id, its times and its properties")
    func rename() throws {
        try fixture.write { tx throws in
            let calendar = try tx.calendar()
            try tx.put(content("1", uid: "u"), as: "a", in: calendar, now: 5)
            let old = try #require(try tx.member("a", in: calendar))
            try DeadProperties.set(tx, of: calendar.id, old.id, namespace: "n", name: "p", value: [1])
            try Members.move(tx, old, from: calendar, to: calendar, name: "b", now: 9)
            #expect(try tx.member("a", in: calendar) == nil)
            let new = try #require(try tx.member("b", in: calendar))
            #expect(new.id == old.id && new.uid == "u" && new.etag == old.etag && new.created == 5 && new.modified == 5)
            #expect(new.modseq == ModSeq(rawValue: 3))
            #expect(try DeadProperties.all(tx.read, of: calendar.id, new.id).count == 1)
            let now = try tx.fresh(calendar)
            #expect(now.memberCount == 1 && now.modseq == ModSeq(rawValue: 3))
        }
    }

    @Test("a move to another collection takes the properties along and needs no more of the quota")
    func moveWithinOwner() throws {
        try fixture.write { tx throws in try tx.put(content("1", uid: "u"), as: "a", in: try tx.calendar()) }
        let used = try fixture.used()
        try fixture.setQuota(used)
        try fixture.write { tx throws in
            let (source, target) = (try tx.calendar(), try tx.calendar("other"))
            let old = try #require(try tx.member("a", in: source))
            try DeadProperties.set(tx, of: source.id, old.id, namespace: "n", name: "p", value: [1])
            try Members.move(tx, old, from: source, to: target, name: "b", now: 9)
            let new = try #require(try tx.member("b", in: target))
            #expect(new.id == old.id && new.collectionID == target.id && new.blobID == old.blobID)
            #expect(try DeadProperties.all(tx.read, of: target.id, new.id).count == 1)
            #expect(try DeadProperties.all(tx.read, of: source.id, old.id).isEmpty)
            #expect(try tx.fresh(source).memberCount == 0)
            #expect(try tx.fresh(target).memberCount == 1)
        }
        #expect(try fixture.used() == used)
    }

    @Test("a move to where the UID is taken is refused")
    func moveUIDConflict() throws {
        try fixture.write { tx throws in
            try tx.put(content("1", uid: "u"), as: "a", in: try tx.calendar())
            try tx.put(content("2", uid: "u"), as: "x", in: try tx.calendar("other"))
        }
        #expect(
            try fixture.refusal { tx throws in
                let (source, target) = (try tx.calendar(), try tx.calendar("other"))
                try Members.move(
                    tx, try #require(try tx.member("a", in: source)), from: source, to: target, name: "b", now: 9)
            } == .uidConflict(existingName: "x"))
    }

    @Test("a copy shares the bytes, has the properties and an id of its own")
    func copy() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(content("1"), as: "a", in: home)
            let old = try #require(try tx.member("a", in: home))
            try DeadProperties.set(tx, of: home.id, old.id, namespace: "n", name: "p", value: [1])
            try Members.copy(tx, old, to: home, name: "b", now: 9)
            let new = try #require(try tx.member("b", in: home))
            #expect(new.id != old.id && new.blobID == old.blobID && new.etag == old.etag)
            #expect(
                try DeadProperties.all(tx.read, of: home.id, new.id) == DeadProperties.all(tx.read, of: home.id, old.id)
            )
            try DeadProperties.set(tx, of: home.id, new.id, namespace: "n", name: "p", value: [2])
            #expect(try DeadProperties.value(tx.read, of: home.id, old.id, namespace: "n", name: "p") == [1])
        }
    }

    // MARK: Properties and locks

    @Test("a new content keeps the properties, a removal drops them, and a changed one is told")
    func properties() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(content("1"), as: "a", in: home)
            let member = try #require(try tx.member("a", in: home))
            #expect(try !DeadProperties.anyMemberHasSome(tx.read, in: home.id))
            try DeadProperties.set(tx, of: home.id, member.id, namespace: "n", name: "p", value: [1])
            try DeadProperties.set(tx, of: home.id, member.id, namespace: "n", name: "p", value: [2])
            try Members.propertiesChanged(tx, of: member, now: 3)
            #expect(try tx.member("a", in: home)?.modseq == ModSeq(rawValue: 2))
            try tx.put(content("2"), as: "a", in: home)
            #expect(try tx.member("a", in: home)?.id == member.id)
            #expect(try DeadProperties.value(tx.read, of: home.id, member.id, namespace: "n", name: "p") == [2])
            #expect(try DeadProperties.anyMemberHasSome(tx.read, in: home.id))
            try tx.remove("a", in: home)
            #expect(try !DeadProperties.anyMemberHasSome(tx.read, in: home.id))
        }
    }

    @Test("more property values than one resource may have are refused")
    func propertyLimit() throws {
        let half = [UInt8](repeating: 1, count: DeadProperties.maximumTotalSize / 2)
        try fixture.write { tx throws in
            let home = try tx.home()
            try DeadProperties.set(tx, of: home.id, nil, namespace: "n", name: "one", value: half)
            try DeadProperties.set(tx, of: home.id, nil, namespace: "n", name: "two", value: half)
            try DeadProperties.set(tx, of: home.id, nil, namespace: "n", name: "two", value: half)
        }
        #expect(
            try fixture.refusal { tx throws in
                try DeadProperties.set(tx, of: try tx.home().id, nil, namespace: "n", name: "three", value: [1])
            } == .quotaExceeded)
        #expect(
            try fixture.refusal { tx throws in
                try DeadProperties.set(tx, of: try tx.home().id, nil, namespace: "n", name: "two", value: half + [1])
            } == .quotaExceeded)
    }

    @Test("a lock goes with the member that is removed or moved, and stays with a new content")
    func locks() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            for name in ["removed", "moved", "kept", nfc, nfd] {
                try tx.put(content("1"), as: name, in: home)
                try Locks.add(tx, lock(name, in: home, name: name), now: 0)
            }
            try Locks.add(tx, lock("unmapped", in: home, name: "unmapped"), now: 0)
            try tx.remove("removed", in: home)
            try tx.remove(nfc, in: home)
            try Members.move(
                tx, try #require(try tx.member("moved", in: home)), from: home, to: home, name: "new", now: 3)
            try tx.put(content("2"), as: "kept", in: home)
            let left = try Locks.rooted(tx.read, in: home.id, now: 1).map(\.token).sorted()
            #expect(left.map { [UInt8]($0.utf8) } == ["kept", "unmapped", nfd].map { [UInt8]($0.utf8) })
        }
    }
}

func lock(
    _ token: String, in collection: Collection, name: String? = nil, owner: PrincipalID = Fixture.alice,
    expires: Milliseconds = 1000
) -> Lock {
    Lock(
        token: token, collection: collection.id, memberName: name, owner: owner, isExclusive: true, isDeep: true,
        ownerXML: nil, expires: expires)
}

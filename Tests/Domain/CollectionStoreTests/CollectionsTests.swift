import CollectionStore
import Database
import Directory
import Testing

@Suite("Collections")
struct CollectionsTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test("a principal has one home of a kind")
    func homes() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            #expect(try Collections.makeHome(tx, of: Fixture.alice, kind: .fileHome, now: 9) == home)
            #expect(home.name == "file-home" && home.parentID == nil)
            #expect(try tx.home(of: Fixture.bob).id != home.id)
        }
    }

    @Test("a kind stands only where it may", arguments: CollectionKind.allCases)
    func kinds(kind: CollectionKind) throws {
        let allowed: [CollectionKind: CollectionKind] = [
            .calendarHome: .calendar, .bookHome: .book, .fileHome: .folder,
        ]
        for home in [CollectionKind.calendarHome, .bookHome, .fileHome] {
            let refusal = try fixture.refusal { tx throws in
                _ = try Collections.make(tx, in: try tx.home(home), name: "x", kind: kind, now: 1)
            }
            #expect(refusal == (allowed[home] == kind ? nil : .kindNotAllowed))
        }
        // RFC 4791 §4.2, RFC 6352 §5.2: no collection in a calendar or book.
        for outer in [CollectionKind.calendar, .book] { #expect(outer.childKinds.isEmpty) }
    }

    @Test("folders are made as deep as is served, and no deeper")
    func depth() throws {
        try fixture.write { tx throws in
            var parent = try tx.home()
            for level in 2...Collections.maximumDepth { parent = try tx.folder("\(level)", in: parent) }
        }
        let deepest = try fixture.read { tx throws in
            try Collections.subtree(tx, of: try #require(try Collections.home(tx, of: Fixture.alice, kind: .fileHome)))
        }
        #expect(deepest.count == Collections.maximumDepth)
        let last = try #require(deepest.last)
        #expect(try fixture.refusal { tx throws in try tx.folder("x", in: last) } == .tooDeep)
        try fixture.write { tx throws in try tx.folder("inner", in: try tx.folder("outer")) }
        for operation in ["move", "copy"] {
            #expect(
                try fixture.refusal { tx throws in
                    let outer = try tx.folder("outer")
                    let parent = deepest[Collections.maximumDepth - 2]
                    if operation == "move" {
                        try Collections.move(tx, outer, to: parent, name: "y", now: 2)
                    } else {
                        try Collections.copy(tx, outer, to: parent, name: "y", deeply: true, now: 2)
                    }
                } == .tooDeep)
        }
        try fixture.write { tx throws in
            try Collections.move(
                tx, try tx.folder("outer"), to: deepest[Collections.maximumDepth - 3], name: "y", now: 2)
        }
    }

    @Test("a folder cannot be moved or copied into itself")
    func intoItself() throws {
        try fixture.write { tx throws in try tx.folder("c", in: try tx.folder("b", in: try tx.folder("a"))) }
        for below in 0..<3 {
            for isMove in [true, false] {
                #expect(
                    try fixture.refusal { tx throws in
                        let a = try tx.folder("a")
                        let target = try Collections.subtree(tx.read, of: a)[below]
                        if isMove {
                            try Collections.move(tx, a, to: target, name: "x", now: 2)
                        } else {
                            try Collections.copy(tx, a, to: target, name: "x", deeply: true, now: 2)
                        }
                    } == .intoItself)
            }
        }
        // RFC 4918 §9.8.3: with Depth 0 only the folder is copied.
        try fixture.write { tx throws in
            let a = try tx.folder("a")
            try Collections.copy(tx, a, to: a, name: "x", deeply: false, now: 2)
            #expect(try Collections.children(tx.read, of: a.id).map(\.name) == ["b", "x"])
        }
    }

    @Test("a home cannot be moved or removed")
    func homesStay() throws {
        #expect(
            try fixture.refusal { tx throws in try Collections.remove(tx, try tx.home(), now: 2) } == .kindNotAllowed)
        try fixture.write { tx throws in try tx.folder("a") }
        #expect(
            try fixture.refusal { tx throws in
                try Collections.move(tx, try tx.home(), to: try tx.folder("a"), name: "x", now: 2)
            } == .kindNotAllowed)
    }

    @Test("a move keeps all that is in it, and its tokens")
    func move() throws {
        try fixture.write { tx throws in
            let (a, b) = (try tx.folder("a"), try tx.folder("b"))
            let inner = try tx.folder("inner", in: a)
            try tx.put(content("1"), as: "f", in: inner)
            try DeadProperties.set(tx, of: a.id, nil, namespace: "n", name: "p", value: [1])
            let token = SyncToken(of: try tx.fresh(inner), at: 0)
            try Collections.move(tx, try tx.fresh(a), to: b, name: "moved", now: 2)
            let moved = try #require(try Collections.child(tx.read, of: b.id, name: "moved"))
            #expect(moved.id == a.id)
            #expect(try DeadProperties.all(tx.read, of: moved.id, nil).count == 1)
            #expect(token.isValid(for: try tx.fresh(inner)))
            #expect(try tx.member("f", in: inner) != nil)
        }
    }

    @Test("a move to a name that is taken is refused")
    func nameTaken() throws {
        try fixture.write { tx throws in
            try tx.folder("a")
            try tx.folder("b")
            try tx.put(content("1"), as: "f", in: try tx.home())
        }
        for name in ["a", "b", "f"] {
            #expect(
                try fixture.refusal { tx throws in
                    try Collections.move(tx, try tx.folder("a"), to: try tx.home(), name: name, now: 2)
                } == .nameTaken)
            #expect(
                try fixture.refusal { tx throws in
                    try Collections.copy(tx, try tx.folder("a"), to: try tx.home(), name: name, deeply: true, now: 2)
                } == .nameTaken)
        }
    }

    @Test("a deep copy has all that is in it but locks and trash, a shallow one only the properties")
    func copy() throws {
        try fixture.write { tx throws in
            let a = try tx.folder("a")
            let inner = try tx.folder("inner", in: a)
            for number in 0..<600 { try tx.put(content("\(number)"), as: "\(number)", in: inner) }
            try tx.put(content("x"), as: "gone", in: a)
            try tx.remove("gone", in: a)
            try Collections.remove(tx, try tx.folder("trashed", in: a), now: 2)
            try DeadProperties.set(tx, of: a.id, nil, namespace: "n", name: "p", value: [1])
            try Locks.add(tx, lock("t", in: a), now: 0)
            let home = try tx.home()
            try Collections.copy(tx, a, to: home, name: "deep", deeply: true, now: 2)
            try Collections.copy(tx, a, to: home, name: "shallow", deeply: false, now: 2)
            let deep = try #require(try Collections.child(tx.read, of: home.id, name: "deep"))
            let shallow = try #require(try Collections.child(tx.read, of: home.id, name: "shallow"))
            let copied = try Collections.children(tx.read, of: deep.id)
            #expect(copied.map(\.name) == ["inner"])
            #expect(copied.first?.memberCount == 600)
            #expect(
                try Members.all(tx.read, in: try #require(copied.first).id).map(\.etag)
                    == Members.all(tx.read, in: inner.id).map(\.etag))
            #expect(try Members.all(tx.read, in: deep.id).isEmpty)
            #expect(try Collections.children(tx.read, of: shallow.id).isEmpty)
            for made in [deep, shallow] {
                #expect(try DeadProperties.all(tx.read, of: made.id, nil).count == 1)
                #expect(try Locks.rooted(tx.read, in: made.id, now: 1).isEmpty)
            }
        }
        #expect(try fixture.used() == 2 * (0..<600).reduce(0) { $0 + Int64(content("\($1)").size) })
    }

    @Test("a copied calendar takes what the original takes")
    func components() throws {
        try fixture.write { tx throws in
            let home = try tx.home(.calendarHome)
            let tasks = try Collections.make(
                tx, in: home, name: "t", kind: .calendar, components: ["VTODO", "VEVENT"], now: 1)
            #expect(try tx.fresh(tasks).components == ["VTODO", "VEVENT"])
            try Collections.copy(tx, tasks, to: home, name: "u", deeply: true, now: 2)
            #expect(try Collections.child(tx.read, of: home.id, name: "u")?.components == ["VTODO", "VEVENT"])
            try Collections.setComponents(tx, of: tasks, to: nil)
            #expect(try tx.fresh(tasks).components == nil)
        }
    }

    @Test("locks go with what is removed or moved", arguments: [true, false])
    func locks(isMove: Bool) throws {
        try fixture.write { tx throws in
            let (a, other) = (try tx.folder("a"), try tx.folder("other"))
            let inner = try tx.folder("inner", in: a)
            try Locks.add(tx, lock("1", in: a), now: 0)
            try Locks.add(tx, lock("2", in: inner), now: 0)
            try Locks.add(tx, lock("3", in: inner, name: "f"), now: 0)
            try Locks.add(tx, lock("4", in: try tx.home(), name: "a"), now: 0)
            try Locks.add(tx, lock("5", in: other), now: 0)
            if isMove {
                try Collections.move(tx, a, to: other, name: "x", now: 2)
            } else {
                try Collections.remove(tx, a, now: 2)
            }
            for token in ["1", "2", "3", "4"] { #expect(try Locks.find(tx.read, token: token, now: 1) == nil) }
            #expect(try Locks.find(tx.read, token: "5", now: 1) != nil)
        }
    }

    @Test("two spellings of a letter are two collections")
    func spellings() throws {
        try fixture.write { tx throws in
            let (one, two) = (try tx.folder(nfc), try tx.folder(nfd))
            #expect(one.id != two.id)
            try Collections.remove(tx, one, now: 2)
            #expect(try Collections.child(tx.read, of: try tx.home().id, name: nfd)?.id == two.id)
            #expect(try Collections.child(tx.read, of: try tx.home().id, name: nfc) == nil)
        }
    }
}

@Suite("Locks")
struct LocksTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test("a lock is there until it runs out, is removed or is refreshed to another time")
    func expiry() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            #expect(try !Locks.isAnyHeld(tx.read))
            let taken = Lock(
                token: "t", collection: home.id, memberName: nfd, owner: Fixture.bob, isExclusive: false,
                isDeep: false, ownerXML: [60, 97, 47, 62], expires: 100)
            try Locks.add(tx, taken, now: 0)
            #expect(try Locks.isAnyHeld(tx.read))
            #expect(try Locks.find(tx.read, token: "t", now: 99) == taken)
            #expect(try Locks.find(tx.read, token: "t", now: 100) == nil)
            try Locks.refresh(tx, token: "t", expires: 200)
            #expect(try Locks.rooted(tx.read, in: home.id, now: 150).map(\.expires) == [200])
            try Locks.add(tx, lock("other", in: home, expires: 900), now: 200)
            #expect(try Locks.find(tx.read, token: "t", now: 0) == nil, "what ran out goes when another is taken")
            try Locks.remove(tx, token: "other")
            #expect(try !Locks.isAnyHeld(tx.read))
        }
    }

    @Test("a principal holds only so many locks")
    func limit() throws {
        try fixture.write { tx throws in
            for number in 0..<Locks.maximumPerPrincipal {
                try Locks.add(tx, lock("\(number)", in: try tx.home()), now: 0)
            }
        }
        #expect(
            try fixture.refusal { tx throws in try Locks.add(tx, lock("x", in: try tx.home()), now: 0) }
                == .quotaExceeded)
        try fixture.write { tx throws in
            try Locks.add(tx, lock("x", in: try tx.home(), owner: Fixture.bob), now: 0)
        }
    }
}

import Directory
import Testing

@testable import DirectoryLDAP

@Suite("Failover")
struct LDAPServersTests {
    @Test("servers are tried in their order; a dead one is left alone, longer each time, then tried by one thread")
    func backOff() {
        var servers = LDAPServers(count: 2, trialTime: 1_000)
        #expect(servers.candidates(now: 0) == [0, 1])
        servers.failed(0, now: 0)
        #expect(servers.candidates(now: 1_999) == [1])
        #expect(servers.candidates(now: 2_000) == [0, 1])
        // Another thread, while the first tries.
        #expect(servers.candidates(now: 2_500) == [1])
        servers.failed(0, now: 2_600)
        #expect(servers.candidates(now: 6_599) == [1])
        #expect(servers.candidates(now: 6_600) == [0, 1])
        servers.succeeded(0)
        #expect(servers.candidates(now: 6_700) == [0, 1])
        #expect(servers.candidates(now: 6_700) == [0, 1])
    }

    @Test("the time for which one is left alone has an end, and the wait is told")
    func bounds() {
        var servers = LDAPServers(count: 1, trialTime: 100)
        var now: Int64 = 0
        for _ in 1...100 {
            now += servers.wait(now: now)
            #expect(servers.candidates(now: now) == [0])
            servers.failed(0, now: now)
            #expect(1...LDAPServers.maximumBackOff ~= servers.wait(now: now))
        }
        #expect(servers.wait(now: now) == LDAPServers.maximumBackOff)
    }

    @Test("a try that was not needed is another's")
    func untried() {
        var servers = LDAPServers(count: 2, trialTime: 100_000)
        servers.failed(1, now: 0)
        #expect(servers.candidates(now: 5_000) == [0, 1])
        servers.untried(1, now: 5_000)
        #expect(servers.candidates(now: 5_000) == [0, 1])
    }

    @Test("failures of several threads at once count once")
    func simultaneous() {
        var servers = LDAPServers(count: 1, trialTime: 30_000)
        for _ in 1...20 { servers.failed(0, now: 0) }
        #expect(servers.wait(now: 0) == LDAPServers.firstBackOff)
        #expect(servers.candidates(now: 2_000) == [0])
        for _ in 1...20 { servers.failed(0, now: 2_000) }
        #expect(servers.wait(now: 2_000) == 2 * LDAPServers.firstBackOff)
    }
}

@Suite("Groups of an entry")
struct GroupWalkTests {
    /// A directory of groups: who is in each.
    private static func walk(_ members: [String: [String]], from entry: DirectoryEntry) -> [String] {
        var walk = GroupWalk(from: entry)
        var steps = 0
        while let step = walk.next() {
            steps += 1
            let found = members.filter { group in
                group.value.contains { member in step.locations.contains(member) || member == "login:\(step.login)" }
                    || step.named.contains(group.key)
            }
            walk.take(found.keys.sorted().map { DirectoryEntry(id: $0, location: $0, kind: .group, displayName: $0) })
        }
        #expect(steps <= LDAPLimits.groupDepth)
        return walk.groups.map(\.id).sorted()
    }

    private static let anna = DirectoryEntry(
        id: "a", location: "uid=anna", login: "anna", displayName: "Anna", groupLocations: ["cn=named"])

    @Test("those that name it, those that it names, and those that these are in; a loop ends")
    func nested() {
        let members = [
            "cn=staff": ["uid=anna"], "cn=all": ["cn=staff", "cn=all"], "cn=named": [], "cn=over": ["cn=named", "cn=loop"],
            "cn=loop": ["cn=over"], "cn=posix": ["login:anna"], "cn=others": ["uid=boris"],
        ]
        #expect(Self.walk(members, from: Self.anna) == ["cn=all", "cn=loop", "cn=named", "cn=over", "cn=posix", "cn=staff"])
    }

    @Test("a group that the filters have found is not fetched by its name too")
    func namedAndFound() throws {
        var anna = Self.anna
        anna.groupLocations = ["<SID=S-1-5-21-1-2-3-513>", "CN=Staff, DC=corp", "cn=hidden,dc=corp"]
        var walk = GroupWalk(from: anna)
        let first = walk.next()
        let step = try #require(first)
        let staff = DirectoryEntry(id: "s", location: "cn=staff,dc=corp", kind: .group, displayName: "Staff")
        #expect(walk.named(step, after: [staff]) == ["<SID=S-1-5-21-1-2-3-513>", "cn=hidden,dc=corp"])
        #expect(walk.named(step, after: []) == anna.groupLocations)
    }

    @Test("levels are bounded")
    func depth() {
        var members = ["cn=0": ["uid=anna"]]
        for level in 1...100 { members["cn=\(level)"] = ["cn=\(level - 1)"] }
        #expect(Self.walk(members, from: Self.anna).count == LDAPLimits.groupDepth)
    }

    @Test("many names are asked for in several filters")
    func batches() throws {
        let map = DirectoryPreset.openLDAP.map
        let walk = GroupWalk(from: Self.anna)
        let step = GroupWalk.Step(locations: (1...100).map { "cn=(\($0))" }, login: "anna", named: [])
        let filters = walk.filters(step, map)
        #expect(filters.count == 11)
        #expect(filters.allSatisfy(LDAPFilter.isWellFormed))
        #expect(filters[0].contains("(member=cn=\\281\\29)"))
        #expect(filters[10].contains("(memberUid=anna)"))
    }
}

import Directory
import TestRandom
import Testing

@testable import DirectoryLDAP

@Suite("Hostile directories")
struct RobustnessTests {
    private static let pieces: [[UInt8]] = [
        "cn=", ",", "+", "\\", "\\2", "\\ff", " ", "=", ";range=", "0-1499", "-*", "member", "20260101", "000000", "Z", "+0100",
        "SMTP:", "@", "a", "example.org", "9223372036854775807", "-1", "(", ")", "&", "!", "*", ":",
    ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3, 0xA4], [0xED, 0xA0, 0x80]]

    private static func value(_ generator: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...8, using: &generator)).flatMap { _ in pieces.randomElement(using: &generator) ?? [] }
    }

    @Test("nothing that an entry holds traps, and all that comes of it is bounded", arguments: 1...20 as ClosedRange<UInt64>)
    func entries(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        for preset in DirectoryPreset.allCases {
            let map = preset.map
            for _ in 0..<50 {
                var entry = LDAPEntry(name: String(decoding: Self.value(&generator), as: UTF8.self), attributes: [:])
                for attribute in map.requested where Bool.random(using: &generator) {
                    let values = (0..<Int.random(in: 0...4, using: &generator)).map { _ in Self.value(&generator) }
                    entry.add(attribute + (Bool.random(using: &generator) ? "" : ";range=0-1"), values)
                }
                guard let found = map.entry(entry, kind: .user, now: 1_767_323_045_000) else { continue }
                #expect(found.addresses.allSatisfy { MailAddress.folded($0) == $0 })
                #expect(Set(found.addresses).count == found.addresses.count)
                #expect(!found.id.isEmpty && !found.id.utf8.contains(0) && !found.login.utf8.contains(0))
                _ = DistinguishedName(found.location)
            }
        }
    }

    @Test("an escaped value makes one well-formed filter, and one name below its parent", arguments: 1...20 as ClosedRange<UInt64>)
    func escaping(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let parent = try #require(DistinguishedName("dc=x"))
        for _ in 0..<200 {
            let value = Self.value(&generator)
            #expect(LDAPFilter.isWellFormed("(cn=\(LDAPFilter.escaped(value)))"))
            let text = String(decoding: value, as: UTF8.self)
            let name = try #require(DistinguishedName("cn=\(DistinguishedName.escaped(text)),dc=x"))
            #expect(name.isInside(parent))
            _ = LDAPFilter.isWellFormed(text)
            _ = AttributeRange(text)
            _ = EntryTest(text)
            _ = LDAPServerURL(text)
            _ = DirectoryTimes.generalizedTime(text)
            _ = DirectoryTimes.fileTime(text)
        }
    }
}

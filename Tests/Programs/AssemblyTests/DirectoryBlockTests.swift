import Testing

@testable import Assembly

@Suite("Directories in a configuration file")
struct DirectoryBlockTests {
    private static let values = [(key: "base", value: "dc=a"), (key: "bind-password", value: "q\"\\x")]

    @Test("one is added to a file, whether there are others in it or none", arguments: [
        ("", "directories:\n  corp:\n    base: \"dc=a\"\n    bind-password: \"q\\\"\\\\x\"\n"),
        ("domain: x.org", "domain: x.org\ndirectories:\n  corp:\n    base: \"dc=a\"\n    bind-password: \"q\\\"\\\\x\"\n"),
        (
            "# all\ndirectories:   # of ours\n    old:\n        base: b\nlog:\n  level: info\n",
            "# all\ndirectories:   # of ours\n    corp:\n        base: \"dc=a\"\n        bind-password: \"q\\\"\\\\x\"\n"
                + "    old:\n        base: b\nlog:\n  level: info\n"
        ),
    ])
    func adding(_ before: String, _ after: String) {
        #expect(DirectoryBlock.adding("corp", Self.values, to: before) == after)
    }

    @Test("a file that says them in another way is left alone", arguments: [
        "directories: {a: {base: b}}\n", "directories.a.base: b\n", "directories:\t{}\n",
    ])
    func otherForms(_ text: String) {
        #expect(DirectoryBlock.adding("corp", Self.values, to: text) == nil)
        #expect(DirectoryBlock.removing("a", from: text) == nil)
    }

    @Test("one is taken out with what is below it, and nothing else")
    func removing() {
        let text = "a: 1\ndirectories:\n  one:\n    base: x\n    map:\n      user-filter: y\n\n  # the second\n  two:\n    base: z\nb: 2\n"
        #expect(DirectoryBlock.removing("one", from: text) == "a: 1\ndirectories:\n\n  # the second\n  two:\n    base: z\nb: 2\n")
        #expect(DirectoryBlock.removing("two", from: text)
            == "a: 1\ndirectories:\n  one:\n    base: x\n    map:\n      user-filter: y\n\n  # the second\nb: 2\n")
        #expect(DirectoryBlock.removing("three", from: text) == nil)
        #expect(DirectoryBlock.removing("b", from: text) == nil)
    }

    @Test("the last one takes the word `directories` along, and what was added is gone without a trace")
    func last() {
        let text = "a: 1\n"
        let added = DirectoryBlock.adding("corp", Self.values, to: text)
        #expect(added.flatMap { DirectoryBlock.removing("corp", from: $0) } == text)
    }
}

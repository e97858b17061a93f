import Testing

@testable import Assembly

@Suite struct CommandTableTests {
    private func table() -> CommandTable {
        var table = CommandTable("name", "displayName", "usedBytes", "quotaBytes", "administrator")
        table.append(.text("anna"), .text("Anna \"Ж\" Berg"), .bytes(1_572_864), .bytes(nil), .flag(true))
        table.append(.text("b"), .texts(["x", "y"]), .bytes(1023), .bytes(5 << 30), .flag(false))
        return table
    }

    @Test("columns stand under each other, sizes have their units")
    func aligned() {
        #expect(
            table().text(asJSON: false) == """
                NAME  DISPLAY NAME   USED     QUOTA    ADMINISTRATOR
                anna  Anna "Ж" Berg  1.5 MiB  -        yes
                b     x,y            1023 B   5.0 GiB  -

                """)
    }

    @Test("the same as JSON has numbers, and null where there is no limit")
    func json() {
        #expect(
            table().text(asJSON: true) == """
                [{"name":"anna","displayName":"Anna \\"Ж\\" Berg","usedBytes":1572864,"quotaBytes":null,"administrator":true},
                 {"name":"b","displayName":["x","y"],"usedBytes":1023,"quotaBytes":5368709120,"administrator":false}]

                """)
        #expect(CommandTable("a").text(asJSON: true) == "[]\n")
    }

    @Test("what moves a terminal's cursor or turns the direction of writing does not get there")
    func printable() {
        var table = CommandTable("a")
        table.append(.text("x\u{1B}[2J\n\u{202E}\u{9B}👨‍👩‍👧"))
        #expect(table.text(asJSON: false) == "A\nx\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}👨‍👩‍👧\n")
    }
}

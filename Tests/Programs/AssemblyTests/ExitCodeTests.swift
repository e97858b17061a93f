import Assembly
import Testing

@Suite struct ExitCodeTests {
    @Test("docs/exit-codes.md is the program's own table")
    func documentation() throws {
        try expectPage("exit-codes.md", ExitCode.documentation())
    }

    @Test("the numbers never change their meaning")
    func numbers() {
        let numbers: [Int32] = [0, 1, 2, 3, 4, 5, 6, 70]
        #expect(ExitCode.allCases.map(\.rawValue) == numbers)
        #expect(ExitCode.someRefused.rawValue == 1 && ExitCode.damaged.rawValue == 4)
    }
}

import NIOCore
import NIOPosix
import Testing

@testable import Wire

@Suite("Turns on an event loop")
struct LoopTurnTests {
    private static func work(milliseconds: Int64) -> Bool? {
        let end = NIODeadline.now() + .milliseconds(milliseconds)
        while NIODeadline.now() < end {}
        return true
    }

    @Test("once enough was done no more is, until the loop has looked at its sockets")
    func budget() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let members = LoopMembers(eventLoop: loop)
        let first = try await loop.submit { (0..<3).map { _ in members.turn.run { Self.work(milliseconds: 3) } } }.get()
        #expect(first == [true, nil, nil])
        // Tasks, which may be of one and the same phase of the loop, get nothing anew.
        let second = try await loop.submit { members.turn.run { Self.work(milliseconds: 0) } }.get()
        #expect(second == nil)
        let third = try await loop.submit { () -> [Bool?] in
            (0..<2).map { _ in
                members.turn.socketHadBytes()
                return members.turn.run { Self.work(milliseconds: 3) }
            }
        }.get()
        // Of two sockets that had bytes at one look, the second finds nothing left.
        #expect(third == [true, nil])
    }

    @Test("little work is done as often as it comes")
    func small() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let members = LoopMembers(eventLoop: loop)
        let done = try await loop.submit { (0..<5).map { _ in members.turn.run { true } } }.get()
        #expect(done == Array(repeating: true, count: 5))
    }
}

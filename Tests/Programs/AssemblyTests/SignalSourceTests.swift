import Assembly
import Glibc
import Testing
import UnixSignals

@Suite(.serialized) struct SignalSourceTests {
    @Test("SIGTERM and SIGINT mean stop, SIGHUP means reload, others mean nothing")
    func meanings() {
        #expect(ServerSignal(.sigterm) == .stop)
        #expect(ServerSignal(.sigint) == .stop)
        #expect(ServerSignal(.sighup) == .reload)
        #expect(ServerSignal(.sigusr1) == nil)
    }

    @Test("a signal to the process comes out of the sequence, and a broken pipe ends nothing")
    func arrives() async throws {
        let signals = await SignalSource.trap()
        kill(getpid(), SIGPIPE)
        kill(getpid(), SIGHUP)
        for await signal in signals {
            #expect(signal == .reload)
            break
        }
    }
}

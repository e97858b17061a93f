import Database
package import Glibc

/// A thread of the system, for work that blocks.
package enum SystemThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread that is to be joined.
    package static func start(_ run: @escaping @Sendable () -> Void) throws -> pthread_t {
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { context in
            guard let context else { return nil }
            Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, body.toOpaque())
        guard code == 0 else {
            body.release()
            throw Failure(systemCall: "pthread_create", path: "a thread", code: code)
        }
        return thread
    }
}

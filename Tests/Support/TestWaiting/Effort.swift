import Glibc

/// What `body` gives, and the seconds that the processor works for it. Where a test is about work that must not grow by the square, this tells it;
/// the clock on the wall, and a time limit of the test, also count what a thousand other tests do meanwhile.
package func effort<Result>(_ body: () throws -> Result) rethrows -> (result: Result, seconds: Double) {
    let start = threadSeconds()
    let result = try body()
    return (result, threadSeconds() - start)
}

private func threadSeconds() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

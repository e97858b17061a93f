import Glibc

// A test that waits for ever tells nothing, and takes the whole run with it: all waiting for another thread ends here.

/// How long a test waits for what should happen at once, in seconds: machines under load are slow.
package let patience = 60

/// Looks until `condition` holds; false if it never did. Gives the task's thread away between two looks.
package func eventually(_ condition: () -> Bool) async -> Bool {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(patience))
    var looks = 0
    while !condition() {
        // Where other tests hold all threads for long, what is waited for has had no turn either.
        if clock.now > end, looks > 1000 { return false }
        looks += 1
        await Task.yield()
    }
    return true
}

/// The same, for a thread of the system.
package func eventuallyOnThread(_ condition: () -> Bool) -> Bool {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(patience))
    while !condition() {
        if clock.now > end { return false }
        sched_yield()
    }
    return true
}

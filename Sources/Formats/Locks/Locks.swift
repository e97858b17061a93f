// Locks: one lock, for what many threads ask at once. A value that one connection or one request has to itself, and that two threads meet at
// by chance only, is better off with `Synchronization.Mutex`, which takes no memory of its own.

// CollectionStore: collections (homes, calendars, books, folders), their members, the change log, dead properties,
// locks and the trash. It owns every row of these tables and the rules that hold for all kinds alike (DESIGN §4). It
// must know nothing of what a member's bytes mean (Calendars, Contacts and Files do), of rights' wire forms, or of a
// protocol.
//
// Invariants:
// - Every change of a collection is one row of its change log, in the same transaction, under a new modseq; the
//   collection's row is updated first and held to the commit, so nobody sees a modseq whose row is not there yet.
// - A member's bytes are those that were sent; its ETag names them; a blob is never changed once written.
// - What a collection's members use of the owner's quota moves in the transaction that changes it.
// - What ends is kept in the history (History/) by the transaction that ends it, but for copies of what is foreign.
// - What is deleted goes to the trash, which is no part of the uniqueness of names and UIDs.
//
// `tx` as a first parameter means: needs an open transaction. Start reading at Collection.swift, Members.swift,
// ChangeLog.swift.

// GlobalAddressList: everybody of a mail domain who has an address, as one address book. It owns the tables `address_list*`,
// what an entry of a directory is as a card, which entries are one person, and how a book follows its directories. It must
// never know what kind of directory it reads, nor a protocol.
//
// A refresh has two steps. The intake reads a directory and keeps what differs from what is known, each such entry marked as to
// be written. The update takes the marked ones, finds out which entries are one person (a common address), and writes the cards
// that differ. A card is a member of an ordinary book, so whoever synchronises it is told of these and of no others.
//
// Invariants:
// - What is in the tables and in the book follows from the directories alone; a refresh that finds nothing new writes nothing.
// - A directory that does not answer loses no entry. One that answers but was not read to the end loses none either.
// - A person's UID and name stay for as long as one of their entries is there, whatever it is called and wherever it is moved.
// - One refreshes at a time, in all processes: each transaction that writes makes sure that the lease is still its own.
// - No directory is asked inside a transaction.
//
// Start reading at ListRefresh.swift, then EntryIntake.swift and PersonUpdate.swift; for what a card says at PersonCard.swift.

package import CollectionStore
package import Directory

/// Bounds on what is taken of a directory into a list.
package enum AddressListLimits {
    /// Entries that can be one person, and entries with one address for which this means that they are one.
    static let entriesOfPerson = 64
    static let entriesOfAddress = 16
    /// Of one card.
    static let members = 5_000
    static let addresses = 100
    static let phones = 50
    /// Bytes of a text.
    static let text = 1_024
}

/// A directory that a list is made of.
package struct AddressListSource: Sendable {
    package var backend: any DirectoryBackend
    /// Whether an address may be in the list on the word of this directory.
    package var mayGive: @Sendable (String) -> Bool
    /// Whether an entry belongs to this list, and not to that of another unit.
    package var includes: @Sendable (DirectoryEntry) -> Bool
    /// The name with which somebody signs in by their login, by which they are found before they do.
    package var loginName: @Sendable (DirectoryEntry) -> SignInName?
    /// Says the same as long as the three above do: else all entries are read anew.
    package var settings: String

    package init(
        _ backend: any DirectoryBackend, includes: @escaping @Sendable (DirectoryEntry) -> Bool = { _ in true },
        loginName: @escaping @Sendable (DirectoryEntry) -> SignInName? = { _ in nil }, settings: String = "",
        mayGive: @escaping @Sendable (String) -> Bool
    ) {
        self.backend = backend
        self.includes = includes
        self.loginName = loginName
        self.settings = settings
        self.mayGive = mayGive
    }
}

/// When clients are told of a list as a directory to be searched.
package enum GatewayOffer: String, Sendable, CaseIterable {
    case always, never
    /// Where it is no book in homes: whoever has both finds everybody twice.
    case insteadOfBook = "instead-of-book"
}

/// How lists are made.
package struct AddressListOptions: Sendable {
    /// Bytes of a photo; a larger one is left out.
    package var photoSize = 64 << 10
    /// Whether those are in the list who cannot sign in. Rooms are in any case.
    package var showsDisabled = false
    /// Milliseconds after which all entries of a directory are read, to find those that are gone.
    package var compareInterval: Milliseconds = 3_600_000
    /// Milliseconds from one refresh to the next.
    package var interval: Milliseconds = 300_000
    /// Whether it is a book in homes, up to so many cards.
    package var isBook = true
    package var maximumListed = 10_000
    /// Whether clients are told of it as a directory to be searched, up to so many cards.
    package var gateway = GatewayOffer.insteadOfBook
    package var maximumInGateway = Int.max
    /// Whether searches for principals find who is in it, up to so many cards.
    package var isOfPrincipals = true
    package var maximumOfPrincipals = Int.max
    /// Of a card, in bytes.
    package var cardSize = 10 << 20

    package init() {}
}

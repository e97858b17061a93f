/// An entry as a list of everybody takes it.
package struct ListedEntry: Sendable, Equatable {
    package var entry: DirectoryEntry
    /// What groups of the same directory may call it: texts that mean nothing but to be compared with `members`.
    package var names: [String]
    /// Of a group: what it calls those in it.
    package var members: [String]
    /// When it was last changed, as the directory writes it; such texts can be compared. Nil: it does not say.
    package var changed: String?

    package init(_ entry: DirectoryEntry, names: [String] = [], members: [String] = [], changed: String? = nil) {
        self.entry = entry
        self.names = names
        self.members = members
        self.changed = changed
    }
}

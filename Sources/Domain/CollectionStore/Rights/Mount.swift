/// Another's collection as it stands in a home: under a name of its own, with properties of the sharee's own. Its members
/// are the stored ones.
package struct Mount: Sendable, Equatable {
    /// The sharee's home.
    package var home: CollectionID
    /// The segment in the URL, decoded.
    package var name: String
    package var collection: CollectionID
}

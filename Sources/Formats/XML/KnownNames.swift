/// Finds a name of the vocabularies by its bytes: one hash table, made once.
enum KnownNames {
    /// A name, and what must be equal for it to be meant.
    private struct Entry {
        var name: XMLName
        var namespace: XMLNamespace
        var local: [UInt8]
    }

    private static let namespaces: [(namespace: XMLNamespace, uri: [UInt8])] = XMLNamespace.allCases.map {
        ($0, [UInt8]($0.uri.utf8))
    }

    /// Open addressing; four times as many slots as names.
    private static let table: [Entry?] = {
        var entries: [Entry] = []
        func add<N: RawRepresentable<String> & CaseIterable>(
            _ namespace: XMLNamespace, _ make: (N) -> XMLName
        ) {
            for name in N.allCases {
                entries.append(Entry(name: make(name), namespace: namespace, local: [UInt8](name.rawValue.utf8)))
            }
        }
        add(.dav, XMLName.dav)
        add(.caldav, XMLName.caldav)
        add(.carddav, XMLName.carddav)
        add(.calendarServer, XMLName.calendarServer)
        add(.appleICal, XMLName.appleICal)
        var size = 64
        while size < entries.count * 4 { size *= 2 }
        var table = [Entry?](repeating: nil, count: size)
        for entry in entries {
            var slot = Int(hash(entry.namespace, entry.local)) & (size - 1)
            while table[slot] != nil { slot = (slot + 1) & (size - 1) }
            table[slot] = entry
        }
        return table
    }()

    static func name(namespace: [UInt8], local: [UInt8]) -> XMLName {
        namespace.withUnsafeBufferPointer { namespace in
            local.withUnsafeBufferPointer { name(namespace: namespace, local: $0) }
        }
    }

    static func name(namespace: UnsafeBufferPointer<UInt8>, local: UnsafeBufferPointer<UInt8>) -> XMLName {
        if let known = Self.namespace(namespace), let name = name(known, local) { return name }
        return .foreign(ForeignName(namespace: [UInt8](namespace), local: [UInt8](local)))
    }

    static func namespace(_ uri: UnsafeBufferPointer<UInt8>) -> XMLNamespace? {
        for known in namespaces where known.uri.count == uri.count && known.uri.elementsEqual(uri) {
            return known.namespace
        }
        return nil
    }

    static func name(_ namespace: XMLNamespace, _ local: UnsafeBufferPointer<UInt8>) -> XMLName? {
        let table = Self.table
        var slot = Int(truncatingIfNeeded: hash(namespace, local)) & (table.count - 1)
        while let entry = table[slot] {
            if entry.namespace == namespace && entry.local.elementsEqual(local) { return entry.name }
            slot = (slot + 1) & (table.count - 1)
        }
        return nil
    }

    /// FNV-1a, 32 bits.
    private static func hash(_ namespace: XMLNamespace, _ local: some Collection<UInt8>) -> UInt32 {
        var hash: UInt32 = 2_166_136_261 ^ UInt32(namespace.rawValue)
        for byte in local { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return hash
    }
}

import CollectionStore
import DAVServer
import Database
import Directory
import DirectoryLDAP
import GlobalAddressList

/// Which lists there are to be, of which directories, as the settings say.
struct DomainLists: Sendable {
    let installation: Installation
    /// Nil: all people are of this database.
    let directories: Directories?
    let clock: @Sendable () -> Milliseconds

    private var settings: Settings { installation.settings }

    /// The mail domains that have one: this database's, and those of the directories.
    var domains: [String] {
        var domains = [settings.domain]
        for domain in settings.directories.flatMap(\.domains) where !domains.contains(domain) { domains.append(domain) }
        return domains
    }

    var options: AddressListOptions {
        var options = AddressListOptions()
        options.interval = settings.gal.interval.milliseconds
        options.compareInterval = settings.gal.compareInterval.milliseconds
        options.maximumListed = settings.gal.maximumEntries
        options.photoSize = settings.gal.photoSize
        options.showsDisabled = settings.gal.showsDisabled
        return options
    }

    /// In the order in which they are asked at sign-in.
    func sources(of domain: String) -> [AddressListSource] {
        // Its addresses were given by an administrator.
        let local = AddressListSource(LocalBackend(database: installation.database, domains: [domain])) { _ in true }
        guard let directories else { return [local] }
        func list(_ wanted: (Directories.Source) -> Bool) -> [AddressListSource] {
            directories.sources.filter { $0.backend.domains.contains(domain) && wanted($0) }.map { source in
                AddressListSource(source.backend) { directories.mayGive($0, source.backend) }
            }
        }
        return list(\.precedesLocal) + [local] + list { !$0.precedesLocal }
    }

    /// The list of a domain, made where there is none, under the name of the settings.
    func list(of domain: String) throws -> AddressList {
        let (list, book) = try installation.database.read { tx in
            let list = try AddressLists.find(tx, domain: domain)
            return (list, try list.flatMap { try Collections.find(tx, $0.collection) })
        }
        if let list, let book, try installation.database.read({ tx in try CollectionTitle.read(tx, of: book) }) == settings.gal.name {
            return list
        }
        return try installation.database.write { tx in
            let list = try AddressLists.make(tx, domain: domain, displayName: settings.gal.name, now: clock())
            if let book = try Collections.find(tx.read, list.collection) {
                try CollectionTitle.set(tx, of: book, to: settings.gal.name)
                try Collections.propertiesChanged(tx, of: book, now: clock())
            }
            return list
        }
    }

    /// Takes away the lists that are not to be.
    func removeOthers() throws {
        let wanted = settings.gal.isEnabled ? Set(domains) : []
        let others = try installation.database.read { tx in try AddressLists.all(tx).filter { !wanted.contains($0.domain) } }
        for list in others { try installation.database.write { tx in try AddressLists.remove(tx, list) } }
    }
}

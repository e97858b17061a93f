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

    /// One list that there is to be.
    struct Wanted: Sendable {
        var domain: String
        /// Nil: everybody who is in no unit.
        var unit: Settings.GAL.Unit?
    }

    /// The lists of the mail domains that have one: of this database's, and of those of the directories.
    var wanted: [Wanted] {
        var domains = [settings.domain]
        for domain in settings.directories.flatMap(\.domains) where !domains.contains(domain) { domains.append(domain) }
        return domains.filter { settings.gal(of: $0).isEnabled }.flatMap { domain in
            [Wanted(domain: domain)] + units(of: domain).map { Wanted(domain: domain, unit: $0) }
        }
    }

    private func units(of domain: String) -> [Settings.GAL.Unit] {
        settings.gal.units.filter { ($0.domain.isEmpty ? settings.domain : $0.domain) == domain }
    }

    /// What brings a list up to date, under leases in the name of `holder`.
    func refresh(_ wanted: Wanted, holder: String) -> ListRefresh {
        ListRefresh(database: installation.database, options: options(of: wanted.domain), holder: holder, clock: clock)
    }

    private func options(of domain: String) -> AddressListOptions {
        let gal = settings.gal(of: domain)
        var options = AddressListOptions()
        options.interval = gal.interval.milliseconds
        options.compareInterval = gal.compareInterval.milliseconds
        options.isBook = gal.isBook
        options.maximumListed = gal.maximumEntries
        options.gateway = gal.gateway
        options.maximumInGateway = gal.gatewayMaximum
        options.isOfPrincipals = gal.isOfPrincipals
        options.maximumOfPrincipals = gal.principalsMaximum
        options.photoSize = gal.photoSize
        options.showsDisabled = gal.showsDisabled
        return options
    }

    /// In the order in which they are asked at sign-in.
    func sources(of wanted: Wanted) -> [AddressListSource] {
        let domain = wanted.domain
        // Of all domains: who is in a unit of one is in no list of another that has the same directory.
        let belongs = UnitOfEntry(settings.gal.units)
        let name = wanted.unit?.name
        let text = belongs.text + " " + settings.domain
            + settings.directories.map { " \($0.name) \($0.domains)" }.joined()
        // Its addresses were given by an administrator.
        let local = AddressListSource(
            LocalBackend(database: installation.database, domains: [domain]),
            includes: { belongs.unit(of: $0, in: LocalBackend.reservedName) == name }, settings: belongs.text,
            mayGive: { _ in true })
        guard let directories else { return [local] }
        func list(_ isWanted: (Directories.Source) -> Bool) -> [AddressListSource] {
            directories.sources.filter { $0.backend.domains.contains(domain) && isWanted($0) }.map { source in
                AddressListSource(
                    source.backend, includes: { belongs.unit(of: $0, in: source.backend.name) == name },
                    loginName: { directories.loginName(ofListed: $0, source) },
                    settings: text, mayGive: { directories.mayGive($0, source.backend) })
            }
        }
        return list(\.precedesLocal) + [local] + list { !$0.precedesLocal }
    }

    /// The list, made where there is none, under the name of the settings.
    func list(_ wanted: Wanted) throws -> AddressList {
        let unit = wanted.unit?.name ?? ""
        let title = wanted.unit.map { $0.title.isEmpty ? $0.name : $0.title } ?? settings.gal(of: wanted.domain).name
        let (list, book) = try installation.database.read { tx in
            let list = try AddressLists.find(tx, domain: wanted.domain, unit: unit)
            return (list, try list.flatMap { try Collections.find(tx, $0.collection) })
        }
        if let list, let book, try installation.database.read({ tx in try CollectionTitle.read(tx, of: book) }) == title {
            return list
        }
        return try installation.database.write { tx in
            let gal = settings.gal(of: wanted.domain)
            let list = try AddressLists.make(
                tx, domain: wanted.domain, unit: unit, displayName: gal.name, isBook: gal.isBook, now: clock())
            if let book = try Collections.find(tx.read, list.collection) {
                try CollectionTitle.set(tx, of: book, to: title)
                try Collections.propertiesChanged(tx, of: book, now: clock())
            }
            return list
        }
    }

    /// Takes away the lists that are not to be.
    func removeOthers() throws {
        let wanted = Set(wanted.map { [$0.domain, $0.unit?.name ?? ""] })
        let others = try installation.database.read { tx in
            try AddressLists.all(tx).filter { !wanted.contains([$0.domain, $0.unit]) }
        }
        for list in others { try installation.database.write { tx in try AddressLists.remove(tx, list, now: clock()) } }
    }
}

/// In which unit an entry is: the first one that has it.
private struct UnitOfEntry: Sendable {
    private let units: [(name: String, places: [DistinguishedName], directories: [String])]

    init(_ units: [Settings.GAL.Unit]) {
        self.units = units.map { ($0.name, $0.places.compactMap { DistinguishedName($0) }, $0.directories) }
    }

    /// Says which units there are.
    var text: String { units.map { "\($0.name) \($0.places.map(\.comparisonText)) \($0.directories)" }.joined(separator: " ") }

    /// Nil: in none.
    func unit(of entry: DirectoryEntry, in directory: String) -> String? {
        if units.isEmpty { return nil }
        let place = directory == LocalBackend.reservedName ? nil : DistinguishedName(entry.location)
        return units.first { unit in
            unit.directories.contains(directory) || place.map { place in unit.places.contains { place.isInside($0) } } ?? false
        }?.name
    }
}

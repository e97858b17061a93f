import IMAPGrammar

// Which extensions a command makes use of: where one of them is off, the command is not known.

extension Command {
    var capabilities: CapabilitySet {
        switch self {
        case .capability, .noop, .logout, .startTLS, .authenticate, .login, .delete, .rename, .subscribe, .unsubscribe, .check, .close,
            .append: []
        case .id: [.id]
        case .enable: [.enable]
        case .compress: [.compress]
        case .unauthenticate: [.unauthenticate]
        case .idle: [.idle]
        case .namespace: [.namespace]
        case .unselect: [.unselect]
        case .create(_, let uses): uses.isEmpty ? [] : [.createSpecialUse]
        case .select(let select): select.quickResync != nil ? [.quickResync, .condstore] : select.condstore ? [.condstore] : []
        case .status(_, let items): CapabilitySet(items.compactMap(\.capability))
        case .list(let list): list.capabilities
        case .expunge(let set): set == nil ? [] : [.uidPlus]
        case .fetch(let fetch): fetch.capabilities
        case .store(let store): store.set.capabilities.union(store.unchangedSince != nil ? [.condstore] : [])
        case .copy(let copy): copy.set.capabilities
        case .move(let copy): ([.move] as CapabilitySet).union(copy.set.capabilities)
        case .search(let search): search.key.capabilities.union(search.returning.capabilities)
        case .sort(let sort):
            ([.sort] as CapabilitySet).union(sort.key.capabilities).union(sort.returning.capabilities)
                .union(sort.returning != nil ? [.esort] : []).union(CapabilitySet(sort.criteria.compactMap(\.capability)))
        case .thread(let thread):
            thread.key.capabilities.union(thread.algorithm == .orderedSubject ? [.threadOrderedSubject] : [.threadReferences])
        case .multiSearch(let search):
            ([.multiSearch] as CapabilitySet).union(search.key.capabilities).union(search.returning.capabilities)
        case .cancelUpdate: [.contextSearch]
        case .replace: [.replace]
        case .setACL, .deleteACL, .getACL, .myRights, .listRights: [.acl]
        case .getQuota, .getQuotaRoot, .setQuota: [.quota]
        case .getMetadata, .setMetadata: [.metadata]
        case .fetchURLs(let requests): requests.contains { $0.parameters != nil } ? [.urlAuthorization, .urlBinary] : [.urlAuthorization]
        case .generateURLs, .resetKey: [.urlAuthorization]
        case .notify: [.notify]
        }
    }
}

extension ResponseCode {
    /// The one that brings it; nil: it can stand in any answer.
    var capability: Capability? {
        switch self {
        case .appendUID, .copyUID: .uidPlus
        case .highestModSeq, .modified, .noModSeq: .condstore
        case .closed: .quickResync
        case .mailboxID: .objectID
        case .inProgress: .inProgress
        case .urlMechanisms: .urlAuthorization
        default: nil
        }
    }
}

extension StatusItem {
    fileprivate var capability: Capability? {
        switch self {
        case .messages, .recent, .uidNext, .uidValidity, .unseen, .deleted, .appendLimit: nil
        case .size: .statusSize
        case .deletedStorage: .quotaStorage
        case .highestModSeq: .condstore
        case .mailboxID: .objectID
        }
    }
}

extension List {
    fileprivate var capabilities: CapabilitySet {
        var set: CapabilitySet = isExtended ? [.listExtended] : []
        if selection.contains(.specialUse) || returning?.specialUse == true { set.insert(.specialUse) }
        if returning?.myRights == true { set.insert(.listMyRights) }
        if let status = returning?.status {
            set.insert(.listStatus)
            set.formUnion(CapabilitySet(status.compactMap(\.capability)))
        }
        return set
    }
}

extension SequenceSet {
    fileprivate var capabilities: CapabilitySet { isSavedResult ? [.searchResult] : [] }
}

extension Fetch {
    fileprivate var capabilities: CapabilitySet {
        var set = self.set.capabilities
        if changedSince != nil { set.insert(.condstore) }
        if vanished { set.insert(.quickResync) }
        if partial != nil { set.insert(.partial) }
        for item in items {
            switch item {
            case .binary, .binarySize: set.insert(.binary)
            case .modSeq: set.insert(.condstore)
            case .emailID, .threadID: set.insert(.objectID)
            case .saveDate: set.insert(.saveDate)
            case .preview: set.insert(.preview)
            case .flags, .internalDate, .envelope, .uid, .size, .body, .bodyStructure, .section, .rfc822, .rfc822Header, .rfc822Text: break
            }
        }
        return set
    }
}

extension SearchKey {
    fileprivate var capabilities: CapabilitySet {
        var set = CapabilitySet()
        // All keys are looked at, since none is what is looked for.
        _ = contains { key in
            switch key {
            case .sequence(let numbers), .uid(let numbers): set.formUnion(numbers.capabilities)
            case .older, .younger: set.insert(.within)
            case .modSeq: set.insert(.condstore)
            case .emailID, .threadID: set.insert(.objectID)
            case .saveDateSupported, .date(.saved, _, _): set.insert(.saveDate)
            default: break
            }
            return false
        }
        if usesFuzzy { set.insert(.fuzzy) }
        return set
    }

    private var usesFuzzy: Bool {
        switch self {
        case .fuzzy: true
        case .not(let key): key.usesFuzzy
        case .or(let left, let right): left.usesFuzzy || right.usesFuzzy
        case .and(let keys): keys.contains(where: \.usesFuzzy)
        default: false
        }
    }
}

extension SearchReturn? {
    fileprivate var capabilities: CapabilitySet {
        guard let self else { return [] }
        var set: CapabilitySet = [.esearch]
        if self.options.contains(.save) { set.insert(.searchResult) }
        if !self.options.isDisjoint(with: [.update, .context]) { set.insert(.contextSearch) }
        if self.options.contains(.relevancy) { set.insert(.fuzzy) }
        if self.partial != nil { set.insert(.partial) }
        return set
    }
}

extension SortCriterion {
    fileprivate var capability: Capability? {
        switch key {
        case .displayFrom, .displayTo: .sortDisplay
        case .relevancy: .fuzzy
        case .arrival, .cc, .date, .from, .size, .subject, .to: nil
        }
    }
}

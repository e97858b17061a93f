/// The names of the namespace `DAV:`. Append new ones where their RFC stands; nothing depends on the order.
@frozen package enum DAV: String, CaseIterable, Sendable {
    // RFC 4918: bodies, rows and locks
    case propfind, allprop, propname, include, prop, multistatus, response, href, propstat, status
    case responsedescription, error, location, propertyupdate, set, remove, lockinfo, lockscope, locktype, exclusive
    case shared, write, owner, activelock, lockentry, lockroot, locktoken, depth, timeout, collection

    // RFC 4918 §15: properties
    case creationdate, displayname, getcontentlanguage, getcontentlength, getcontenttype, getetag, getlastmodified
    case lockdiscovery, resourcetype, supportedlock

    // RFC 4918 §16: conditions
    case lockTokenMatchesRequestURI = "lock-token-matches-request-uri"
    case lockTokenSubmitted = "lock-token-submitted"
    case noConflictingLock = "no-conflicting-lock"
    case noExternalEntities = "no-external-entities"
    case preservedLiveProperties = "preserved-live-properties"
    case propfindFiniteDepth = "propfind-finite-depth"
    case cannotModifyProtectedProperty = "cannot-modify-protected-property"

    // RFC 3253: reports and methods
    case report, property, comment
    case supportedReport = "supported-report"
    case supportedReportSet = "supported-report-set"
    case supportedMethod = "supported-method"
    case supportedMethodSet = "supported-method-set"
    case supportedLiveProperty = "supported-live-property"
    case supportedLivePropertySet = "supported-live-property-set"
    case expandProperty = "expand-property"
    case creatorDisplayname = "creator-displayname"
    case versionTree = "version-tree"

    // RFC 3744: principals and rights
    case principal, group, privilege, abstract, description, acl, ace, grant, deny, protected, inherited, invert, all
    case authenticated, unauthenticated
    case alternateURISet = "alternate-URI-set"
    case principalURL = "principal-URL"
    case groupMemberSet = "group-member-set"
    case groupMembership = "group-membership"
    case supportedPrivilegeSet = "supported-privilege-set"
    case supportedPrivilege = "supported-privilege"
    case currentUserPrivilegeSet = "current-user-privilege-set"
    case selfPrincipal = "self"
    case aclRestrictions = "acl-restrictions"
    case grantOnly = "grant-only"
    case noInvert = "no-invert"
    case denyBeforeGrant = "deny-before-grant"
    case requiredPrincipal = "required-principal"
    case inheritedACLSet = "inherited-acl-set"
    case principalCollectionSet = "principal-collection-set"

    // RFC 3744 §3: privileges
    case read, unlock, bind, unbind
    case writeProperties = "write-properties"
    case writeContent = "write-content"
    case readACL = "read-acl"
    case readCurrentUserPrivilegeSet = "read-current-user-privilege-set"
    case writeACL = "write-acl"

    // RFC 3744 §9: reports
    case match
    case aclPrincipalPropSet = "acl-principal-prop-set"
    case principalMatch = "principal-match"
    case principalProperty = "principal-property"
    case principalPropertySearch = "principal-property-search"
    case propertySearch = "property-search"
    case applyToPrincipalCollectionSet = "apply-to-principal-collection-set"
    case principalSearchPropertySet = "principal-search-property-set"
    case principalSearchProperty = "principal-search-property"

    // RFC 3744 §7.1.1 and §8.1.1: conditions
    case resource
    case needPrivileges = "need-privileges"
    case noAceConflict = "no-ace-conflict"
    case noProtectedAceConflict = "no-protected-ace-conflict"
    case noInheritedAceConflict = "no-inherited-ace-conflict"
    case limitedNumberOfAces = "limited-number-of-aces"
    case missingRequiredPrincipal = "missing-required-principal"
    case notSupportedPrivilege = "not-supported-privilege"
    case noAbstract = "no-abstract"
    case allowedPrincipal = "allowed-principal"
    case recognizedPrincipal = "recognized-principal"
    case mustBeDenyBeforeGrant = "must-be-deny-before-grant"
    case numberOfMatchesWithinLimits = "number-of-matches-within-limits"

    // RFC 4331
    case quotaAvailableBytes = "quota-available-bytes"
    case quotaUsedBytes = "quota-used-bytes"
    case quotaNotExceeded = "quota-not-exceeded"
    case sufficientDiskSpace = "sufficient-disk-space"

    // RFC 5397, 5689, 5842, 5995
    case mkcol, parent, segment
    case currentUserPrincipal = "current-user-principal"
    case mkcolResponse = "mkcol-response"
    case validResourcetype = "valid-resourcetype"
    case resourceMustBeNull = "resource-must-be-null"
    case resourceId = "resource-id"
    case parentSet = "parent-set"
    case addMember = "add-member"

    // RFC 6578
    case limit, nresults
    case syncCollection = "sync-collection"
    case syncToken = "sync-token"
    case syncLevel = "sync-level"
    case validSyncToken = "valid-sync-token"
    case syncTraversalSupported = "sync-traversal-supported"
}

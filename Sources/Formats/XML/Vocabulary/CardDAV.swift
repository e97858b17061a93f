/// The names of RFC 6352. Append new ones where their RFC stands; nothing depends on the order.
@frozen package enum CardDAV: String, CaseIterable, Sendable {
    // RFC 6352 §6.2 and §7.1: properties
    case addressbook
    case addressbookDescription = "addressbook-description"
    case supportedAddressData = "supported-address-data"
    case addressDataType = "address-data-type"
    case maxResourceSize = "max-resource-size"
    case addressbookHomeSet = "addressbook-home-set"
    case principalAddress = "principal-address"
    case supportedCollationSet = "supported-collation-set"
    case supportedCollation = "supported-collation"

    // RFC 6352 §10: bodies
    case allprop, prop, filter, limit, nresults
    case addressbookQuery = "addressbook-query"
    case addressbookMultiget = "addressbook-multiget"
    case addressData = "address-data"
    case propFilter = "prop-filter"
    case paramFilter = "param-filter"
    case isNotDefined = "is-not-defined"
    case textMatch = "text-match"

    // RFC 6352 §5.1, §6.3 and §8: conditions
    case validAddressData = "valid-address-data"
    case noUidConflict = "no-uid-conflict"
    case addressbookCollectionLocationOk = "addressbook-collection-location-ok"
    case supportedAddressDataConversion = "supported-address-data-conversion"
    case supportedFilter = "supported-filter"

    // draft-daboo-carddav-directory-gateway
    case directory
    case directoryGateway = "directory-gateway"
}

/// The names of this server's own properties, in `urn:tegu:dav`: no RFC and no other server has a name for what they say. They are written as
/// foreign names are, so that answers without them declare no namespace more.
package enum Tegu {
    package static let visibleRange = name("visible-range")
    package static let pastDays = name("past-days")
    package static let futureDays = name("future-days")
    package static let phoneNumberSet = name("phone-number-set")
    package static let phoneNumber = name("phone-number")
    package static let subscriptionStatus = name("subscription-status")
    package static let restoreTo = name("restore-to")

    private static func name(_ local: StaticString) -> XMLName {
        .foreign(ForeignName(namespace: [UInt8]("urn:tegu:dav".utf8), local: local.withUTF8Buffer { [UInt8]($0) }))
    }
}

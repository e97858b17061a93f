/// A principal that many rows hold together: passing it on is one count, where the value has a count for each of its texts.
package final class PrincipalReference: Sendable {
    package let principal: Principal

    package init(_ principal: Principal) { self.principal = principal }
}

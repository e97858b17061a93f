package import Wire

/// Where this server connects to for users: the public internet, and networks that the administrator names.
package struct AddressPolicy: Sendable {
    package var allowed: [AddressRange]

    package init(allowed: [AddressRange] = []) { self.allowed = allowed }

    package func permits(_ address: IPAddress) -> Bool {
        if allowed.contains(address) { return true }
        // Allowed where what it carries is: then it is but another way of writing it.
        if let inner = address.embeddedIPv4, allowed.contains(inner) { return true }
        return address.isGlobalUnicast
    }
}

import XenstoreStream

/// How a domain of one image was found in the other, given its domid alone.
public enum DomainMatch: Sendable {
    /// Under the same domid, or there is no other domain to compare it with.
    case same
    /// Under another domid, by its UUID.
    case paired(DomainPair, uuid: Octets)
    /// The other image has several domains with its UUID, so the domid decides.
    case several([UInt16], uuid: Octets, inOlder: Bool)
    /// The newer image has no domain with its UUID; it has another one with its domid, or none.
    case missing(uuid: Octets)
}

import XenstoreStream

/// The domain that a change is about.
extension Change {
    /// The domain whose home, backend, connection or watch it is; nil for what belongs to the host.
    /// If two domids are compared as one domain, the newer one.
    ///
    /// A backend is in the home of the domain that serves the device, but concerns the domain that
    /// uses the device.
    public var concernedDomid: UInt16? {
        if let pair, !pair.isSame { return pair.new }
        return switch kind {
        case .node, .perms, .duplicate: path.flatMap(Self.concernedDomid)
        default: domid
        }
    }

    /// The domid in a path that names one (`DomainPath`), or in a path below.
    static func concernedDomid(_ path: Octets) -> UInt16? {
        DomainPath(path).concerned
    }
}

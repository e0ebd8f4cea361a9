import XenstoreStream

/// The domain that a change is about.
extension Change {
    /// The domain whose home, backend, connection or watch it is; nil for what belongs to the host.
    ///
    /// A backend is in the home of the domain that serves the device, but concerns the domain that
    /// uses the device.
    public var concernedDomid: UInt16? {
        switch kind {
        case .node, .perms: path.flatMap(Self.concernedDomid)
        default: domid
        }
    }

    /// The domid in /local/domain/DOMID, /local/domain/BACKEND/backend/KIND/DOMID or /libxl/DOMID,
    /// or in a path below.
    static func concernedDomid(_ path: Octets) -> UInt16? {
        guard Path.isAbsolute(path) else { return nil }
        let names = path.split(separator: ASCII.slash, maxSplits: 7, omittingEmptySubsequences: false).dropFirst()
        func name(_ index: Int) -> Octets? { index < names.count ? names[names.startIndex + index] : nil }
        if name(0).map(Array.init) == Array("libxl".utf8) { return name(1).flatMap(domid) }
        guard name(0).map(Array.init) == Array("local".utf8), name(1).map(Array.init) == Array("domain".utf8),
            let home = name(2)
        else { return nil }
        let isBackend = name(3).map(Array.init) == Array("backend".utf8)
        return (isBackend ? name(5).flatMap(domid) : nil) ?? domid(home)
    }

    private static func domid(_ name: Octets) -> UInt16? {
        guard !name.isEmpty, name.allSatisfy(ASCII.isDigit) else { return nil }
        return UInt16(String(decoding: name, as: UTF8.self))
    }
}

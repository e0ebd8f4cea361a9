import XenstoreStream

/// The records of the older image with the newer image's domids.
///
/// What is renamed: the domid of a connection, its target and its DOMAIN_DATA; the entries of
/// permissions that are not stale; the domids in the paths of nodes and watches; a node's value if
/// it is an absolute path, or a domid at a place that holds one (`DomainPath`). Everything else
/// stays, like tokens, buffers and names made from a domid.
struct DomainMapping {
    private var newDomids: [UInt16: UInt16] = [:]
    private var oldDomids: [UInt16: UInt16] = [:]

    init(_ pairs: [DomainPair] = []) {
        for pair in pairs {
            newDomids[pair.old] = pair.new
            oldDomids[pair.new] = pair.old
        }
    }

    /// Whether no domid differs.
    var isIdentity: Bool {
        newDomids.allSatisfy { $0.key == $0.value }
    }

    /// Whether a domain of the newer image has another domid in the older one.
    func renames(to domid: UInt16) -> Bool {
        oldDomids[domid].map { $0 != domid } ?? false
    }

    /// The domid in the newer image. Nil if that image has another domain with this domid, which is
    /// paired with a third: then nothing there is the same.
    subscript(domid: UInt16) -> UInt16? {
        newDomids[domid] ?? (oldDomids[domid] == nil ? domid : nil)
    }

    /// A record with the newer image's domids.
    struct Renamed {
        var body: RecordBody
        /// The record is one of a domain that the newer image cannot have under this domid.
        var isForeign = false
        /// The attributes that name such a domain.
        var foreignAttributes: Set<String> = []
    }

    /// The record with the newer image's domids; nil if it stays as it is.
    func renamed(_ body: RecordBody) -> Renamed? {
        var result = Renamed(body: body)
        switch body {
        case .node(let data): rename(data, &result)
        case .watch(var data):
            rename(&data.wpath, &result)
            result.body = .watch(data)
        case .watchExtended(var data):
            rename(&data.wpath, &result)
            result.body = .watchExtended(data)
        case .connection(let data) where data.kind == .ring: rename(data, &result)
        case .domain(var data):
            result.isForeign = self[data.domid] == nil
            data.domid = self[data.domid] ?? data.domid
            result.body = .domain(data)
        default: return nil
        }
        return result.body == body && !result.isForeign && result.foreignAttributes.isEmpty ? nil : result
    }

    private func rename(_ wpath: inout TerminatedString, _ result: inout Renamed) {
        let new = DomainPath(watch: wpath.octets).renamed { self[$0] }
        result.isForeign = new == nil
        wpath.octets = new ?? wpath.octets
    }

    private func rename(_ data: ConnectionData, _ result: inout Renamed) {
        var data = data
        result.isForeign = self[data.domid] == nil
        data.domid = self[data.domid] ?? data.domid
        if data.tdomid != ConnectionData.noDomain {
            if self[data.tdomid] == nil { result.foreignAttributes.insert("target_domid") }
            data.tdomid = self[data.tdomid] ?? data.tdomid
        }
        result.body = .connection(data)
    }

    private func rename(_ data: NodeData, _ result: inout Renamed) {
        var data = data
        let place = DomainPath(data.path.octets)
        let (path, value) = (place.renamed { self[$0] }, renamed(data.value, at: place))
        result.isForeign = path == nil
        if value == nil { result.foreignAttributes.insert("value") }
        data.path.octets = path ?? data.path.octets
        data.value = value ?? data.value
        // A stale entry names a domain that was gone before.
        for index in data.perms.indices where !data.perms[index].isStale {
            guard let domid = self[data.perms[index].domid] else {
                result.foreignAttributes.insert("perms")
                continue
            }
            data.perms[index].domid = domid
        }
        result.body = .node(data)
    }

    private func renamed(_ value: Octets, at place: DomainPath) -> Octets? {
        if Path.isAbsolute(value) { return DomainPath(value).renamed { self[$0] } }
        guard place.holdsDomid, let domid = DomainPath.domid(value) else { return value }
        guard let new = self[domid] else { return nil }
        return new == domid ? value : Octets(String(new).utf8)
    }
}

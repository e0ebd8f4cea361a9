import XenstoreStream

// Records as short as a test wants to write them.

func node(_ path: String, _ value: String = "", _ perms: String = "n0") -> RecordBody {
    .node(NodeData(path: TerminatedString(path), value: Octets(value.utf8), perms: permissions(perms)))
}

func pendingNode(
    _ connID: UInt32, tx: UInt32, _ path: String, _ value: String = "", _ perms: String = "n0", access: UInt16 = 2
) -> RecordBody {
    .node(
        NodeData(
            path: TerminatedString(path), value: Octets(value.utf8), perms: permissions(perms), connID: connID,
            txID: tx,
            access: access))
}

func ring(
    _ connID: UInt32, of domid: UInt16, target: UInt16 = ConnectionData.noDomain, uniqueID: UInt64? = nil
) -> RecordBody {
    var data = ConnectionData(connID: connID, ringOf: domid, tdomid: target, evtchn: 9)
    if let uniqueID { (data.fields, data.uniqueID) = (1, uniqueID) }
    return .connection(data)
}

func socket(_ connID: UInt32, descriptor: Int32) -> RecordBody {
    .connection(ConnectionData(connID: connID, socketFD: descriptor))
}

func watch(_ connID: UInt32, _ path: String, _ token: String) -> RecordBody {
    .watch(WatchData(connID: connID, wpath: TerminatedString(path), token: TerminatedString(token)))
}

func deepWatch(_ connID: UInt32, _ path: String, _ token: String, depth: UInt16) -> RecordBody {
    .watchExtended(
        WatchDataExtended(connID: connID, wpath: TerminatedString(path), token: TerminatedString(token), depth: depth))
}

func transaction(_ connID: UInt32, tx: UInt32) -> RecordBody {
    .transaction(TransactionData(connID: connID, txID: tx))
}

func domain(_ domid: UInt16, features: UInt32 = 0, _ quotas: [String: UInt32] = [:]) -> RecordBody {
    .domain(DomainData(domid: domid, features: features, quotas: quotaList(quotas)))
}

func globalQuota(defaults: [String: UInt32], host: [String: UInt32] = [:]) -> RecordBody {
    .globalQuota(GlobalQuotaData(domQuotaCount: UInt16(defaults.count), quotas: quotaList(defaults) + quotaList(host)))
}

private func quotaList(_ quotas: [String: UInt32]) -> [Quota] {
    quotas.sorted { $0.key < $1.key }.map { Quota(name: Octets($0.key.utf8), value: $0.value) }
}

/// Permissions from the form `n0,r5,w6:stale`.
func permissions(_ text: String) -> [Permission] {
    text.split(separator: ",").map { entry in
        let parts = entry.split(separator: ":")
        let letter = parts[0].utf8.first ?? 0
        return Permission(perm: letter, flags: parts.count > 1 ? 1 : 0, domid: UInt16(parts[0].dropFirst()) ?? 0)
    }
}

import TestSupport
import XenstoreStream

/// The simplest possible comparison of two images, as a reference for `Diff`: a dictionary of the
/// items on either side, keyed by what identifies an item in two images.
struct PlainDiff {
    /// An item of an image: its name, its place in a change, and its attributes.
    private struct Thing {
        var line: ChangeLine
        var attributes: [String: String]
        /// A quota of a domain counts only if both images have that domain.
        var quotaOf: UInt16?
        /// The place in the image, and what no field explains; nil for a quota.
        var record: Record?
    }

    private(set) var lines: [String] = []

    init(_ older: PlainImage, _ newer: PlainImage) {
        let (old, oldLayout) = (older.records.map(\.body), older.layout)
        let (new, newLayout) = (newer.records.map(\.body), newer.layout)
        let (oldIDs, newIDs) = (Self.uniqueIDs(old), Self.uniqueIDs(new))
        let left = Self.things(older.records, oldLayout, oldIDs, newIDs)
        let right = Self.things(newer.records, newLayout, newIDs, oldIDs)
        let shared = Self.domains(old).intersection(Self.domains(new))
        if oldLayout == newLayout { addForm(older, newer, left, right) }
        for key in Set(left.keys).union(right.keys) {
            guard let thing = right[key] ?? left[key] else { continue }
            if let domid = thing.quotaOf, !shared.contains(domid) { continue }
            // What an image does not cover is unknown, not missing.
            if left[key] == nil && !older.covers(thing.line) || right[key] == nil && !newer.covers(thing.line) {
                continue
            }
            var line = thing.line
            line.old = left[key]?.attributes
            line.new = right[key]?.attributes
            if left[key] == nil {
                line.action = "added"
            } else if right[key] == nil {
                line.action = "removed"
            } else {
                let names = Self.differences(line.old ?? [:], line.new ?? [:], sameLayout: oldLayout == newLayout)
                if names.isEmpty { continue }
                line.action = "changed"
                if line.kind == "node" && names == ["perms"] { line.kind = "perms" }
            }
            lines.append(line.text)
        }
        for (domid, id) in oldIDs {
            guard let other = newIDs[domid], other != id else { continue }
            var line = ChangeLine(action: "changed", kind: "domain")
            line.domid = String(domid)
            line.old = ["unique_id": String(id)]
            line.new = ["unique_id": String(other)]
            lines.append(line.text)
        }
        if oldLayout != newLayout {
            var line = ChangeLine(action: "changed", kind: "header")
            line.old = ["version": String(oldLayout.headerVersion), "flags": "0", "layout": oldLayout.rawValue]
            line.new = ["version": String(newLayout.headerVersion), "flags": "0", "layout": newLayout.rawValue]
            lines.append(line.text)
        }
        lines.sort()
    }

    /// The trailer, what no field explains, and the order of the records.
    private mutating func addForm(
        _ old: PlainImage, _ new: PlainImage, _ left: [String: Thing], _ right: [String: Thing]
    ) {
        func add(_ line: ChangeLine, _ old: [String: String]?, _ new: [String: String]?) {
            if old == new { return }
            var line = line
            line.action = old == nil ? "added" : new == nil ? "removed" : "changed"
            (line.old, line.new) = (old, new)
            lines.append(line.text)
        }
        func trailer(_ trailer: Octets) -> [String: String]? {
            trailer.isEmpty ? nil : ["bytes": ChangeLine.text(trailer)]
        }
        add(ChangeLine(action: "", kind: "trailer"), trailer(old.trailer), trailer(new.trailer))
        for key in Set(left.keys).union(right.keys) {
            guard let thing = right[key] ?? left[key], let record = thing.record else { continue }
            var line = thing.line
            line.kind = "residue"
            line.name = Self.joined("record=\(record.type.name)", line.name)
            add(line, left[key]?.record.flatMap(Self.residue), right[key]?.record.flatMap(Self.residue))
        }
        var end = ChangeLine(action: "", kind: "residue")
        end.name = "record=END"
        add(end, old.end.flatMap(Self.residue), new.end.flatMap(Self.residue))
        let places = left.compactMap { key, thing in
            right[key]?.record.flatMap { new in thing.record.map { (old: $0.number, new: new.number) } }
        }
        let moved = places.count - Self.longestRise(places.sorted { $0.old < $1.old }.map(\.new))
        if moved > 0 {
            var line = ChangeLine(action: "changed", kind: "order")
            line.name = "moved=\(moved)"
            (line.old, line.new) = ([:], [:])
            lines.append(line.text)
        }
    }

    private static func residue(_ record: Record) -> [String: String]? {
        record.residue.map { residue in
            [
                "len": residue.length.map { String($0) } ?? "none", "alignment": ChangeLine.text(residue.alignment),
                "tail": residue.tail.map(ChangeLine.text) ?? "none",
            ]
        }
    }

    /// The length of the longest rising subsequence, by comparing each number with all before it.
    private static func longestRise(_ numbers: [Int]) -> Int {
        var lengths: [Int] = []
        for (index, number) in numbers.enumerated() {
            lengths.append(1 + (0..<index).reduce(0) { numbers[$1] < number ? max($0, lengths[$1]) : $0 })
        }
        return lengths.max() ?? 0
    }

    /// The names of the attributes that differ; if the layouts differ, only those that both images
    /// have.
    private static func differences(_ old: [String: String], _ new: [String: String], sameLayout: Bool) -> Set<String> {
        Set(old.keys).union(new.keys).filter { name in
            old[name] != new[name] && (sameLayout || (old[name] != nil && new[name] != nil))
        }
    }

    private static func uniqueIDs(_ bodies: [RecordBody]) -> [UInt16: UInt64] {
        var ids: [UInt16: UInt64] = [:]
        for case .connection(let data) in bodies where data.connType == 0 && data.fields & 1 == 1 && data.uniqueID != 0
        {
            ids[data.domid] = data.uniqueID
        }
        return ids
    }

    private static func domains(_ bodies: [RecordBody]) -> Set<UInt16> {
        var domains: Set<UInt16> = []
        for case .domain(let data) in bodies { domains.insert(data.domid) }
        return domains
    }

    private static func things(
        _ records: [Record], _ layout: Layout, _ ids: [UInt16: UInt64], _ otherIDs: [UInt16: UInt64]
    ) -> [String: Thing] {
        var connections: [UInt32: Owner] = [:]
        var current: Record?
        for case .connection(let data) in records.map(\.body) { connections[data.connID] = Owner(data, ids, otherIDs) }
        var things: [String: Thing] = [:]
        func add(_ key: String, _ line: ChangeLine, _ attributes: [String: String]) {
            // Several items with one key are compared one by one.
            var number = 1
            while things["\(key) #\(number)"] != nil { number += 1 }
            things["\(key) #\(number)"] = Thing(line: line, attributes: attributes, record: current)
        }
        /// Of several committed nodes with one path a daemon keeps the last.
        func addNode(_ path: String, _ line: ChangeLine, _ attributes: [String: String]) {
            if let earlier = things.removeValue(forKey: "node \(path)") {
                var line = earlier.line
                line.kind = "duplicate"
                let now = current
                current = earlier.record
                add("replaced \(path)", line, earlier.attributes)
                current = now
            }
            things["node \(path)"] = Thing(line: line, attributes: attributes, record: current)
        }
        func addQuota(_ scope: String, _ domid: UInt16?, _ quota: Quota) {
            var line = ChangeLine(action: "", kind: "quota")
            line.domid = domid.map { String($0) } ?? ""
            line.name = "name=\(ChangeLine.text(quota.name)) scope=\(scope)"
            things["\(line.text)"] = Thing(line: line, attributes: ["value": String(quota.value)], quotaOf: domid)
        }
        func owner(_ connID: UInt32) -> Owner { connections[connID] ?? Owner(unknown: connID) }

        for record in records {
            current = record
            var line = ChangeLine(action: "", kind: "")
            switch record.body {
            case .global(let data):
                line.kind = "global"
                let second = layout == .draft ? "ro_socket_fd" : "evtchn_fd"
                add("global", line, ["rw_socket_fd": String(data.rwSocketFD), second: String(data.secondFD)])
            case .connection(let data):
                line.kind = "connection"
                line.domid = owner(data.connID).domid
                line.name = owner(data.connID).name
                add("connection \(owner(data.connID).key)", line, attributes(data, layout))
            case .watch(let data):
                addWatch(data.connID, data.wpath, data.token, [:])
            case .watchExtended(let data):
                var depth = ["depth": String(data.depth)]
                if data.depthPad != 0 { depth["depth_pad"] = String(data.depthPad) }
                addWatch(data.connID, data.wpath, data.token, depth)
            case .transaction(let data):
                line.kind = "transaction"
                line.domid = owner(data.connID).domid
                line.name = joined(owner(data.connID).name, "tx_id=\(data.txID)")
                add("transaction \(owner(data.connID).key) \(data.txID)", line, ["tx_id": String(data.txID)])
            case .node(let data):
                line.kind = "node"
                line.path = ChangeLine.text(data.path.octets)
                line.domid = data.perms.first.map { String($0.domid) } ?? ""
                var said = ["value": ChangeLine.text(data.value), "perms": data.perms.map(text).joined(separator: ",")]
                if data.access != 0 { said["access"] = String(data.access) }
                if !data.path.isTerminated { said["path_terminator"] = "missing" }
                if data.connID == 0 {
                    if data.txID != 0 { said["tx_id"] = String(data.txID) }
                    addNode(ChangeLine.text(data.path.octets), line, said)
                } else {
                    let of = owner(data.connID)
                    line.name = joined(of.domid.isEmpty ? of.name : "conn_domid=\(of.domid)", "tx_id=\(data.txID)")
                    add("pending \(of.key) \(data.txID) \(ChangeLine.text(data.path.octets))", line, said)
                }
            case .globalQuota(let data):
                for (position, quota) in data.quotas.enumerated() {
                    addQuota(position < Int(data.domQuotaCount) ? "default" : "host", nil, quota)
                }
            case .domain(let data):
                line.kind = "domain"
                line.domid = String(data.domid)
                add("domain \(data.domid)", line, ["features": String(data.features)])
                for quota in data.quotas { addQuota("domain", data.domid, quota) }
            case .opaque(let data):
                line.kind = "record"
                line.name = "type=\(data.type.rawValue)"
                add("record \(data.type.rawValue)", line, ["body": ChangeLine.text(data.body)])
            }
        }
        return things

        func addWatch(_ connID: UInt32, _ path: TerminatedString, _ token: TerminatedString, _ more: [String: String]) {
            var line = ChangeLine(action: "", kind: "watch")
            line.path = ChangeLine.text(path.octets)
            line.domid = owner(connID).domid
            line.name = joined(owner(connID).name, "token=\(ChangeLine.text(token.octets))")
            var said = more
            if !path.isTerminated { said["wpath_terminator"] = "missing" }
            if !token.isTerminated { said["token_terminator"] = "missing" }
            add(
                "watch \(owner(connID).key) \(ChangeLine.text(path.octets)) \(ChangeLine.text(token.octets))", line,
                said)
        }
    }

    /// A connection as both images know it.
    private struct Owner {
        let key: String
        var domid = ""
        var name = ""

        init(_ data: ConnectionData, _ ids: [UInt16: UInt64], _ otherIDs: [UInt16: UInt64]) {
            switch data.connType {
            case 0:
                // A unique-id distinguishes domains only if both images have it.
                let bothKnow = ids[data.domid] != nil && otherIDs[data.domid] != nil
                key = "ring \(data.domid)" + (bothKnow ? " unique \(ids[data.domid] ?? 0)" : "")
                domid = String(data.domid)
            case 1:
                key = "socket \(data.socketFD)"
                name = "socket_fd=\(data.socketFD)"
            default:
                key = "type \(data.connType) \(Array(data.connSpec))"
                name = "type=\(data.connType) conn_spec=\(ChangeLine.text(data.connSpec))"
            }
        }

        init(unknown connID: UInt32) {
            key = "unknown \(connID)"
            name = "conn_id=\(connID)"
        }
    }

    private static func joined(_ first: String, _ second: String) -> String {
        first.isEmpty ? second : second.isEmpty ? first : first + " " + second
    }
}

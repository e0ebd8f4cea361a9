import XenstoreArchive
import XenstoreStream

/// Changes other than those of fields, for an image that comes from oxenstored's text or a listing,
/// or becomes oxenstored's text.
enum TextConversion {
    // MARK: Out of a text

    /// Adds what streams have and texts lack, before the records' fields are converted.
    static func leaveText(_ image: inout EditableImage, to target: Layout, _ alterations: inout Alterations) {
        if image.format.layout.isListing { leaveListing(&image, &alterations) }
        guard !target.isText else { return }
        for place in image.records.indices {
            switch image.records[place] {
            case .global(var data):
                if data.virqPort != -1 { alterations.add(.virqPort, "\(data.virqPort) of GLOBAL_DATA") }
                data.virqPort = -1
                image.records[place] = .global(data)
            case .connection(var data) where data.kind == .ring:
                // oxenstored knows only introduced domains.
                data.flags = 1
                if data.levtchn == .max {
                    alterations.add(
                        .ringPlace,
                        "the daemon's port for \(ConnectionNames.name(data)) is unknown; it is written as all ones")
                }
                image.records[place] = .connection(data)
            case .node(var data) where isSpecialBelowRoot(data.path.octets):
                data.path.octets = data.path.octets.dropFirst()
                image.records[place] = .node(data)
            default: break
            }
        }
    }

    /// Removes the marks of what a listing does not say: no stream has them.
    private static func leaveListing(_ image: inout EditableImage, _ alterations: inout Alterations) {
        for place in image.records.indices {
            guard case .node(var data) = image.records[place], data.isCommitted,
                data.access & ValueKnowledge.marks != 0
            else { continue }
            alterations.add(
                .partialValue, "\(Escape.short(data.path.octets)), of which \(data.value.count) bytes are known")
            data.access &= ~ValueKnowledge.marks
            image.records[place] = .node(data)
        }
    }

    /// oxenstored has `/@releaseDomain` where the C daemon has `@releaseDomain`.
    private static func isSpecialBelowRoot(_ path: Octets) -> Bool {
        path.starts(with: [ASCII.slash, ASCII.at]) && !path.dropFirst().contains(ASCII.slash)
    }

    // MARK: Into oxenstored's text

    /// Removes what no line can hold, after the records' fields are converted.
    static func enterText(_ image: inout EditableImage, _ alterations: inout Alterations) {
        var connIDs: [UInt32: UInt32] = [:]
        for case .connection(let data) in image.records where hasLine(data) {
            connIDs[data.connID] = TextImage.connID(of: data)
        }
        let specials = image.adopt(image.records.compactMap(specialPath).map { [ASCII.slash] + $0 })
        var nextSpecial = specials.makeIterator()
        let records: [RecordBody] = image.records.compactMap { record in
            switch record {
            case .global(var data):
                if data.secondFD != -1 && data.virqPort == -1 {
                    alterations.add(.virqPort, "the port of descriptor \(data.secondFD) is unknown; it is written as 0")
                    data.virqPort = 0
                }
                return .global(data)
            case .connection(let data):
                if hasLine(data) { return .connection(described(data, &alterations)) }
                alterations.add(.connectionType, "\(ConnectionNames.name(data)), which no line can describe")
                return nil
            case .watch, .watchExtended:
                var record = record
                guard let connID = record.connID.flatMap({ connIDs[$0] }) else {
                    if let watch = record.watch {
                        alterations.add(
                            .noConnection,
                            "the watch \(Escape.short(watch.token.octets)) of \(Escape.short(watch.wpath.octets))")
                    }
                    return nil
                }
                record.connID = connID
                return record
            case .transaction(let data):
                alterations.add(.openTransaction, "\(data.txID) of connection \(data.connID)")
                return nil
            case .node(var data):
                guard data.isCommitted else {
                    alterations.add(.pendingNode, "\(Escape.short(data.path.octets)), in transaction \(data.txID)")
                    return nil
                }
                if specialPath(record) != nil, let path = nextSpecial.next() { data.path.octets = path }
                (data.txID, data.access) = (0, 0)
                return .node(data)
            default: return record
            }
        }
        image.records = EditableRecords(records)
    }

    /// Whether a line can describe the connection. A descriptor below 0 would look like a domain's
    /// number.
    private static func hasLine(_ data: ConnectionData) -> Bool {
        data.kind == .ring || (data.kind == .socket && data.socketFD >= 0)
    }

    private static func specialPath(_ record: RecordBody) -> Octets? {
        guard case .node(let data) = record, data.isCommitted, Path.isSpecial(data.path.octets) else { return nil }
        return data.path.octets
    }

    /// The connection as its line describes it.
    private static func described(_ data: ConnectionData, _ alterations: inout Alterations) -> ConnectionData {
        let name = ConnectionNames.name(data)
        if !data.outData.isEmpty { alterations.add(.outData, "\(data.outData.count) bytes of \(name)") }
        var result: ConnectionData
        if data.kind == .socket {
            if data.flags != 0 { alterations.add(.readOnly, name) }
            result = ConnectionData(connID: TextImage.connID(of: data), socketFD: data.socketFD)
        } else {
            if data.flags > 1 { alterations.add(.ringFlags, "\(name): 0x\(String(data.flags, radix: 16))") }
            if data.tdomid != ConnectionData.noDomain { alterations.add(.tdomid, "domain \(data.tdomid) of \(name)") }
            if data.domid != 0 && data.mfn == .max {
                alterations.add(.ringPlace, "the frame and the remote port of \(name) are unknown")
            }
            result = ConnectionData(connID: TextImage.connID(of: data), ringOf: data.domid, evtchn: 0)
            // oxenstored gets domain 0's ring from the kernel, and writes no frame.
            let mfn = data.domid == 0 && data.mfn == .max ? 0 : data.mfn
            (result.mfn, result.revtchn, result.levtchn) = (mfn, data.revtchn, data.levtchn)
        }
        return result
    }
}

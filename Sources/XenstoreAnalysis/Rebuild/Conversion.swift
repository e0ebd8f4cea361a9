import XenstoreArchive
import XenstoreStream

/// Converts records to the fields of a layout, and clears everything that the documents reserve.
struct Conversion {
    private let source: Layout
    private let target: Layout
    /// The name of each connection, by conn-id.
    private var names: [UInt32: String] = [:]

    static func run(_ image: inout EditableImage, to format: StreamFormat, _ alterations: inout Alterations) {
        if image.format.layout.isText { TextConversion.leaveText(&image, to: format.layout, &alterations) }
        var conversion = Conversion(from: image.format.layout, to: format.layout)
        // Most records stay unchanged: only altered ones are assigned.
        var gone: [Int] = []
        for place in image.records.indices where image.records.origin(place) == nil {
            if case .node(let data) = image.records[place] {
                if !isPortable(data) { image.records[place] = .node(conversion.converted(data, &alterations)) }
            } else if let record = conversion.converted(image.records[place], &alterations) {
                image.records[place] = record
            } else {
                gone.append(place)
            }
        }
        if !gone.isEmpty {
            let gone = Set(gone)
            image.records = image.records.arranged(image.records.indices.filter { !gone.contains($0) })
        }
        image.format = format
        if format.layout.isText { TextConversion.enterText(&image, &alterations) }
    }

    private init(from source: Layout, to target: Layout) {
        self.source = source
        self.target = target
    }

    /// Converts any record except a node; nil if the layout has no such record.
    private mutating func converted(_ record: RecordBody, _ alterations: inout Alterations) -> RecordBody? {
        switch record {
        case .global(let data): .global(converted(data, &alterations))
        case .connection(let data): .connection(converted(data, &alterations))
        case .watch(let data): watch(data, &alterations)
        case .watchExtended(let data): watch(data, &alterations)
        case .globalQuota(let data): converted(data, &alterations)
        case .domain(let data): converted(data, &alterations)
        case .transaction, .node, .opaque: record
        }
    }

    // MARK: Global data

    private mutating func converted(_ data: GlobalData, _ alterations: inout Alterations) -> GlobalData {
        guard source.globalSecondField != target.globalSecondField else { return data }
        if data.secondFD != -1 {
            alterations.add(
                target.globalSecondField == .evtchnFD ? .roSocketFD : .evtchnFD, "\(data.secondFD) of GLOBAL_DATA")
        }
        return GlobalData(rwSocketFD: data.rwSocketFD, secondFD: -1)
    }

    private mutating func converted(_ data: GlobalQuotaData, _ alterations: inout Alterations) -> RecordBody? {
        guard target.nodeShape == .draft else { return .globalQuota(data) }
        alterations.add(.globalQuota, data.quotas.isEmpty ? "an empty GLOBAL_QUOTA_DATA" : Self.text(data.quotas))
        return nil
    }

    private mutating func converted(_ data: DomainData, _ alterations: inout Alterations) -> RecordBody? {
        if target.nodeShape == .draft {
            var parts = data.features == 0 ? [] : ["features 0x\(String(data.features, radix: 16))"]
            if !data.quotas.isEmpty { parts.append(Self.text(data.quotas)) }
            alterations.add(
                .domainData, "domain \(data.domid)" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")))
            return nil
        }
        var data = data
        if target == .v1 && data.features != 0 {
            alterations.add(.features, "0x\(String(data.features, radix: 16)) of domain \(data.domid)")
            data.features = 0
        }
        return .domain(data)
    }

    private static func text(_ quotas: [Quota]) -> String {
        quotas.prefix(32).map { "\(Escape.printable($0.name)) \($0.value)" }.joined(separator: ", ")
            + (quotas.count > 32 ? ", ..." : "")
    }

    // MARK: Connections

    private mutating func converted(_ data: ConnectionData, _ alterations: inout Alterations) -> ConnectionData {
        var data = data
        let name = ConnectionNames.name(data)
        names[data.connID] = name
        clearReserved(&data, name, &alterations)
        switch (source.connectionShape, target.connectionShape) {
        case (.draft, .released): release(&data, name, &alterations)
        case (.released, .draft): redraft(&data, name, &alterations)
        default: break
        }
        if target.connectionShape == .released && Int(data.outRespLength) > data.outData.count {
            alterations.add(
                .replyLength, "\(name): out-resp-len \(data.outRespLength), out-data-len \(data.outData.count)")
            data.outRespLength = UInt16(clamping: data.outData.count)
        }
        return data
    }

    private mutating func clearReserved(_ data: inout ConnectionData, _ name: String, _ alterations: inout Alterations)
    {
        func hex<Number: FixedWidthInteger>(_ number: Number) -> String { "0x" + String(number, radix: 16) }
        if data.connPad != 0 { alterations.add(.reserved, "\(name): the pad after conn-id, \(hex(data.connPad))") }
        if data.socketPad != 0 {
            alterations.add(.reserved, "\(name): the pad after socket-fd, \(hex(data.socketPad))")
        }
        if data.fields & ~1 != 0 { alterations.add(.reserved, "\(name): fields \(hex(data.fields & ~1))") }
        let flags: UInt16 = data.kind == .ring ? 3 : 1
        if data.kind != .unknown && data.flags & ~flags != 0 {
            alterations.add(.reserved, "\(name): flags \(hex(data.flags & ~flags))")
        }
        (data.connPad, data.socketPad) = (0, 0)
        data.fields &= 1
        if data.kind != .unknown { data.flags &= flags }
    }

    /// Converts a draft's connection to v1 or v2, which have only the daemon's own port.
    private mutating func release(_ data: inout ConnectionData, _ name: String, _ alterations: inout Alterations) {
        if data.kind == .ring {
            if data.flags != 1 { alterations.add(.ringFlags, "\(name): 0x\(String(data.flags, radix: 16))") }
            if data.revtchn != 0 { alterations.add(.revtchn, "\(data.revtchn) of \(name)") }
            if data.mfn != .max { alterations.add(.mfn, "0x\(String(data.mfn, radix: 16)) of \(name)") }
            data.evtchn = data.levtchn
        } else if data.flags != 0 {
            alterations.add(.readOnly, name)
        }
        (data.flags, data.revtchn, data.levtchn, data.mfn) = (0, 0, 0, 0)
    }

    private mutating func redraft(_ data: inout ConnectionData, _ name: String, _ alterations: inout Alterations) {
        if data.hasUniqueID { alterations.add(.uniqueID, "\(data.uniqueID) of \(name)") }
        if !data.inData.isEmpty { alterations.add(.inData, "\(data.inData.count) bytes of \(name)") }
        if data.outRespLength != 0 { alterations.add(.outRespLength, "\(data.outRespLength) of \(name)") }
        (data.fields, data.uniqueID, data.inData, data.outRespLength) = (0, 0, [], 0)
        guard data.kind == .ring else { return }
        (data.flags, data.revtchn, data.levtchn, data.mfn, data.evtchn) = (1, 0, data.evtchn, .max, 0)
    }

    // MARK: Watches

    private mutating func watch(_ data: WatchData, _ alterations: inout Alterations) -> RecordBody {
        var data = data
        terminate(&data.wpath, "the path of a watch", &alterations)
        terminate(&data.token, "the token of a watch of \(Escape.short(data.wpath.octets))", &alterations)
        return .watch(data)
    }

    private mutating func watch(_ data: WatchDataExtended, _ alterations: inout Alterations) -> RecordBody {
        var data = data
        terminate(&data.wpath, "the path of a watch", &alterations)
        terminate(&data.token, "the token of a watch of \(Escape.short(data.wpath.octets))", &alterations)
        let plain = RecordBody.watch(data.watch)
        func name() -> String {
            "the watch \(Escape.short(data.token.octets)) of \(Escape.short(data.wpath.octets)), "
                + "\(names[data.connID] ?? "connection \(data.connID)")"
        }
        guard data.hasDepth else {
            alterations.add(.watchForm, name())
            return plain
        }
        if data.depthPad != 0 {
            alterations.add(.reserved, "\(name()): the pad after depth, 0x\(String(data.depthPad, radix: 16))")
        }
        data.depthPad = 0
        if target == .v2 || (source == .oxenstored && target == .oxenstored) { return .watchExtended(data) }
        if data.depth != WatchDataExtended.unlimited { alterations.add(.depth, "\(data.depth) of \(name())") }
        return plain
    }

    private mutating func terminate(
        _ string: inout TerminatedString, _ name: @autoclosure () -> String, _ alterations: inout Alterations
    ) {
        guard !string.isTerminated else { return }
        alterations.add(.terminator, "\(name()), \(Escape.short(string.octets))")
        string.isTerminated = true
    }

    // MARK: Nodes

    /// Whether a node needs no alteration in any layout.
    private static func isPortable(_ node: NodeData) -> Bool {
        node.path.isTerminated && node.perms.allSatisfy { $0.flags == 0 && $0.hasLetter }
    }

    private mutating func converted(_ node: NodeData, _ alterations: inout Alterations) -> NodeData {
        var node = node
        terminate(&node.path, "the path of a node", &alterations)
        var perms: [Permission] = []
        for (position, entry) in node.perms.enumerated() {
            if let entry = converted(entry, isOwner: position == 0, node.path.octets, &alterations) {
                perms.append(entry)
            }
        }
        node.perms = perms
        return node
    }

    private mutating func converted(
        _ entry: Permission, isOwner: Bool, _ path: Octets, _ alterations: inout Alterations
    ) -> Permission? {
        var entry = entry
        let text = PermissionList.text([entry])
        if !entry.hasLetter {
            alterations.add(.permLetter, "\(text) of \(Escape.short(path))")
            entry.perm = ASCII.n
        }
        let reserved = source.reservedPermissionFlags
        if entry.flags & reserved != 0 { alterations.add(.permFlags, "\(text) of \(Escape.short(path))") }
        entry.flags &= ~reserved
        if target.nodeShape == .draft && entry.flags != 0 {
            alterations.add(.stale, "\(text) of \(Escape.short(path))")
            if !isOwner { return nil }
            entry.flags = 0
        }
        return entry
    }
}

/// What a record's fields show by themselves.
package enum RecordRules {
    /// Checks any record but a node.
    static func check(_ record: Record, _ format: StreamFormat, _ list: inout FindingList) {
        switch record.body {
        case .global, .transaction, .opaque: break
        case .connection(let data): connection(data, record, format.layout, &list)
        case .watch(let data):
            string(.wpath, data.wpath, record, &list)
            string(.token, data.token, record, &list)
            watchPath(data.wpath, record, &list)
        case .watchExtended(let data):
            string(.wpath, data.wpath, record, &list)
            string(.token, data.token, record, &list)
            watchPath(data.wpath, record, &list)
            pad(.depthPad, data.depthPad, record, &list)
        case .node: break
        case .globalQuota(let data): quotas(data.quotas, record, &list)
        case .domain(let data):
            quotas(data.quotas, record, &list)
            if format.layout == .v1 { pad(.features, data.features, record, &list) }
            domid(data.domid, .domid, record, &list)
        }
    }

    private static func connection(
        _ data: ConnectionData, _ record: Record, _ layout: Layout, _ list: inout FindingList
    ) {
        let (number, offset) = (record.number, record.offset)
        if data.connID == 0 {
            list.add(.connIDZero, record: number, offset: offset + 8, "CONNECTION_DATA with conn-id 0")
        }
        if data.kind == .unknown {
            list.add(
                .connectionType, record: number, offset: offset + (layout.connectionShape == .draft ? 16 : 12),
                "conn-type \(data.connType)")
        }
        if layout.connectionShape == .draft {
            pad(.connPad, data.connPad, record, &list)
        } else {
            pad(.fields, data.fields & ~1, record, &list)
            pad(.socketPad, data.socketPad, record, &list)
            if Int(data.outRespLength) > data.outData.count {
                list.add(
                    .outRespLength, record: number, offset: offset + 26,
                    "out-resp-len is \(data.outRespLength), out-data-len \(data.outData.count)")
            }
        }
        if data.kind == .ring { domid(data.domid, .domid, record, &list) }
    }

    static func node(_ data: NodeData, _ record: Record, _ layout: Layout, _ list: inout FindingList) {
        let (number, offset) = (record.number, record.offset)
        func name() -> String { Escape.short(data.path.octets) }
        let isOdd = !data.path.isTerminated || !isOrdinary(data.path.octets)
        if isOdd { string(.path, data.path, record, &list) }
        if !data.value.isText && data.value.utf8Text == nil {
            list.add(.notUTF8, record: number, offset: offset, "the value of \(name()) is no UTF-8")
        }
        if isOdd { path(data.path.octets, record, &list) }
        for (index, entry) in data.perms.enumerated() {
            if !Permission.isLetter(entry.perm) {
                list.add(
                    .permLetter, record: number, offset: offset,
                    "permission \(index) of \(name()) is 0x\(String(entry.perm, radix: 16))")
                break
            }
        }
        let reserved = layout.nodeShape == .draft ? UInt8(0xFF) : 0xFE
        if let entry = data.perms.first(where: { $0.flags & reserved != 0 }) {
            pad(.perms, entry.flags & reserved, record, &list)
        }
        if data.perms.count > 255 {
            list.add(.manyPerms, record: number, offset: offset, "\(name()) has \(data.perms.count) permissions")
        }
        if data.isCommitted {
            // A listing need not tell the permissions.
            if data.perms.isEmpty && layout != .listing {
                list.add(.noPerms, record: number, offset: offset, "\(name()) has no owner")
            }
            if data.txID != 0 || data.access != 0 {
                list.add(
                    .committedTransaction, record: number, offset: offset,
                    "\(name()) is committed, with tx-id \(data.txID) and access \(data.access)")
            }
        } else {
            let isDeleted = data.access & 3 == 0
            if data.access & ~3 != 0 || (isDeleted && (!data.value.isEmpty || !data.perms.isEmpty)) {
                list.add(
                    .pendingAccess, record: number, offset: offset,
                    "\(name()) is pending with access \(data.access), \(data.perms.count) permissions, \(data.value.count) bytes"
                )
            } else if !isDeleted && data.perms.isEmpty {
                list.add(.noPerms, record: number, offset: offset, "\(name()) has no owner")
            }
        }
    }

    // MARK: Parts of records

    private static func string(_ field: Field, _ string: TerminatedString, _ record: Record, _ list: inout FindingList)
    {
        if !string.isTerminated {
            list.add(
                .unterminated, record: record.number, offset: record.offset,
                "\(field.name) \(Escape.short(string.octets)) of \(record.type.name) does not end in NUL")
        }
        if string.octets.contains(0) {
            list.add(
                .innerNUL, record: record.number, offset: record.offset,
                "\(field.name) \(Escape.short(string.octets)) of \(record.type.name) has a NUL within")
        } else if !string.octets.isText {
            list.add(
                .notUTF8, record: record.number, offset: record.offset,
                "\(field.name) \(Escape.short(string.octets)) of \(record.type.name) is no UTF-8")
        }
    }

    /// Whether nothing is to be said of a path, as of almost every one: found out in one walk over it.
    package static func isOrdinary(_ path: Octets) -> Bool {
        path.withUnsafeBytes(isOrdinary)
    }

    private static func isOrdinary(_ path: UnsafeRawBufferPointer) -> Bool {
        guard path.count <= longestPath, path.first == 0x2F else { return false }
        var previous: UInt8 = 0
        for byte in path {
            if !isPathCharacter(byte) || (byte == 0x2F && previous == 0x2F) { return false }
            previous = byte
        }
        return path.count == 1 || previous != 0x2F
    }

    /// Whether `node` has nothing to say of a plain node.
    static func isOrdinary(_ node: PlainNode, _ layout: Layout) -> Bool {
        let reserved = layout == .draft ? UInt8(0xFF) : 0xFE
        guard (4...4 * 255).contains(node.perms.count), isOrdinary(node.path), node.value.isText else { return false }
        return stride(from: 0, to: node.perms.count, by: 4).allSatisfy { place in
            Permission.isLetter(node.perms[place]) && node.perms[place + 1] & reserved == 0
        }
    }

    /// The longest path without its NUL, in octets (xenstore.txt, "Protocol limits").
    private static let longestPath = 3071

    /// xenstore.txt, "Permitted characters in paths", and the limits of the wire protocol.
    private static func path(_ path: Octets, _ record: Record, _ list: inout FindingList) {
        let isSpecial = path.first == 0x40
        if !isSpecial && !isWellFormed(path) {
            list.add(.pathForm, record: record.number, offset: record.offset, "the path \(Escape.short(path))")
        }
        characters(path, record, &list)
        if path.count > longestPath {
            list.add(
                .pathLength, record: record.number, offset: record.offset,
                "a path of \(path.count + 1) octets: \(Escape.short(path))")
        }
    }

    /// A watch's path may also be relative to the domain's home.
    private static func watchPath(_ wpath: TerminatedString, _ record: Record, _ list: inout FindingList) {
        let path = wpath.octets
        if path.isEmpty || (path.count > 1 && path.last == 0x2F) || hasEmptyPart(path) {
            list.add(
                .pathForm, record: record.number, offset: record.offset, "the path \(Escape.short(path)) of a watch")
        }
        characters(path, record, &list)
        if path.count > longestPath {
            list.add(
                .pathLength, record: record.number, offset: record.offset,
                "a path of \(path.count + 1) octets: \(Escape.short(path))")
        }
    }

    private static func characters(_ path: Octets, _ record: Record, _ list: inout FindingList) {
        if let byte = path.first(where: { !isPathCharacter($0) }) {
            list.add(
                .pathCharacters, record: record.number, offset: record.offset,
                "the path \(Escape.short(path)) has the octet 0x\(String(byte, radix: 16))")
        }
    }

    private static func isWellFormed(_ path: Octets) -> Bool {
        path.first == 0x2F && (path.count == 1 || (path.last != 0x2F && !hasEmptyPart(path)))
    }

    private static func hasEmptyPart(_ path: Octets) -> Bool {
        var previous: UInt8 = 0
        for byte in path {
            if byte == 0x2F && previous == 0x2F { return true }
            previous = byte
        }
        return false
    }

    private static func isPathCharacter(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? pathCharacters.low : byte < 128 ? pathCharacters.high : 0
        return word &>> UInt64(byte & 63) & 1 == 1
    }

    /// A bit for each character that may stand in a path: digits, letters, `-/_@`.
    private static let pathCharacters = (low: UInt64(0x03FF_A000_0000_0000), high: UInt64(0x07FF_FFFE_87FF_FFFF))

    private static func quotas(_ quotas: [Quota], _ record: Record, _ list: inout FindingList) {
        var names: Set<Octets> = []
        for quota in quotas
        where quota.name.isEmpty || !quota.name.allSatisfy({ (0x21...0x7E).contains($0) })
            || !names.insert(quota.name).inserted
        {
            list.add(
                .quotaName, record: record.number, offset: record.offset,
                "\(record.type.name) names a quota \(Escape.short(quota.name))")
        }
    }

    private static func pad<Number: FixedWidthInteger>(
        _ field: Field, _ value: Number, _ record: Record, _ list: inout FindingList
    ) {
        guard value != 0 else { return }
        list.add(
            .setPad, record: record.number, offset: record.offset,
            "\(record.type.name): \(field.name) has reserved bits 0x\(String(value, radix: 16))")
    }

    private static func domid(_ domid: UInt16, _ field: Field, _ record: Record, _ list: inout FindingList) {
        guard domid >= 0x7FF0 else { return }
        list.add(
            .reservedDomid, record: record.number, offset: record.offset,
            "\(record.type.name): \(field.name) is 0x\(String(domid, radix: 16))")
    }
}

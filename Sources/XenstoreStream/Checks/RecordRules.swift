/// The rules about the fields of a single record.
enum RecordRules {
    /// Checks any record except a node.
    static func check(_ record: Record, _ format: StreamFormat, _ list: inout FindingList) {
        switch record.body {
        case .global, .transaction, .opaque: break
        case .connection(let data): connection(data, record, format.layout, &list)
        case .watch(let data): watch(data, record, &list)
        case .watchExtended(let data):
            watch(data.watch, record, &list)
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
        if data.connID == 0 {
            list.add(.connIDZero, at: record, byte: 8, "CONNECTION_DATA with conn-id 0")
        }
        if data.kind == .unknown {
            list.add(
                .connectionType, at: record, byte: (layout.connectionShape == .draft ? 16 : 12),
                "conn-type \(data.connType)")
        }
        if layout.connectionShape == .draft {
            pad(.connPad, data.connPad, record, &list)
        } else {
            pad(.fields, data.fields & ~1, record, &list)
            pad(.socketPad, data.socketPad, record, &list)
            if Int(data.outRespLength) > data.outData.count {
                list.add(
                    .outRespLength, at: record, byte: 26,
                    "out-resp-len is \(data.outRespLength), out-data-len \(data.outData.count)")
            }
        }
        if data.kind == .ring { domid(data.domid, .domid, record, &list) }
    }

    static func node(_ data: NodeData, _ record: Record, _ layout: Layout, _ list: inout FindingList) {
        func name() -> String { Escape.short(data.path.octets) }
        let isOdd = !data.path.isTerminated || !Path.isValid(data.path.octets)
        if isOdd { string(.path, data.path, record, &list) }
        if !data.value.isText && data.value.utf8Text == nil {
            list.add(.notUTF8, at: record, "the value of \(name()) is not valid UTF-8")
        }
        if isOdd { path(data.path.octets, mayBeRelative: layout.isListing, record, &list) }
        for (index, entry) in data.perms.enumerated() {
            if !Permission.isLetter(entry.perm) {
                list.add(
                    .permLetter, at: record,
                    "permission \(index) of \(name()) is 0x\(String(entry.perm, radix: 16))")
                break
            }
        }
        let reserved = layout.reservedPermissionFlags
        if let entry = data.perms.first(where: { $0.flags & reserved != 0 }) {
            pad(.perms, entry.flags & reserved, record, &list)
        }
        if data.perms.count > 255 {
            list.add(.manyPerms, at: record, "\(name()) has \(data.perms.count) permissions")
        }
        if data.isCommitted {
            // A listing may lack the permissions.
            if data.perms.isEmpty && !layout.isPartial {
                list.add(.noPerms, at: record, "\(name()) has no owner")
            }
            if data.txID != 0 || (data.access != 0 && !layout.isListing) {
                list.add(
                    .committedTransaction, at: record,
                    "\(name()) is committed, with tx-id \(data.txID) and access \(data.access)")
            }
        } else {
            let isDeleted = data.access & 3 == 0
            // What a database has freed keeps its value.
            let isEmptied = isDeleted && !layout.isOfDatabase
            if data.access & ~3 != 0 || (isEmptied && (!data.value.isEmpty || !data.perms.isEmpty)) {
                list.add(
                    .pendingAccess, at: record,
                    "\(name()) is pending with access \(data.access), \(data.perms.count) permissions, "
                        + "\(data.value.count) bytes"
                )
            } else if !isDeleted && data.perms.isEmpty {
                list.add(.noPerms, at: record, "\(name()) has no owner")
            }
        }
    }

    // MARK: Parts of records

    private static func string(_ field: Field, _ string: TerminatedString, _ record: Record, _ list: inout FindingList)
    {
        if !string.isTerminated {
            list.add(
                .unterminated, at: record,
                "\(field.name) \(Escape.short(string.octets)) of \(record.type.name) does not end in NUL")
        }
        if string.octets.contains(0) {
            list.add(
                .innerNUL, at: record,
                "\(field.name) \(Escape.short(string.octets)) of \(record.type.name) contains a NUL")
        } else if !string.octets.isText {
            list.add(
                .notUTF8, at: record,
                "\(field.name) \(Escape.short(string.octets)) of \(record.type.name) is not valid UTF-8")
        }
    }

    /// Whether the function `node` finds nothing about a plain node, as for almost every one.
    static func isClean(_ node: PlainNode, in stream: UnsafeRawBufferPointer, _ layout: Layout) -> Bool {
        guard (4...4 * 255).contains(node.perms.count),
            Path.isValid(UnsafeRawBufferPointer(rebasing: stream[node.path])),
            UnsafeRawBufferPointer(rebasing: stream[node.value]).isText
        else { return false }
        let reserved = layout.reservedPermissionFlags
        return stride(from: node.perms.lowerBound, to: node.perms.upperBound, by: 4).allSatisfy { offset in
            Permission.isLetter(stream[offset]) && stream[offset + 1] & reserved == 0
        }
    }

    /// xenstore.txt, "Permitted characters in paths", and the limits of the wire protocol.
    private static func path(
        _ path: Octets, mayBeRelative: Bool, _ record: Record, _ list: inout FindingList
    ) {
        if !Path.isFixed(path) && mayBeRelative {
            if path.isEmpty || Path.hasEmptyPart(path) {
                list.add(.pathForm, at: record, "the path \(Escape.short(path))")
            }
        } else if !Path.isSpecial(path) && !Path.isWellFormed(path) {
            list.add(.pathForm, at: record, "the path \(Escape.short(path))")
        }
        charactersAndLength(path, record, &list)
    }

    private static func watch(_ data: WatchData, _ record: Record, _ list: inout FindingList) {
        string(.wpath, data.wpath, record, &list)
        string(.token, data.token, record, &list)
        // The path may be relative to the home of the domain.
        let path = data.wpath.octets
        if path.isEmpty || (path.count > 1 && path.last == ASCII.slash) || Path.hasEmptyPart(path) {
            list.add(
                .pathForm, at: record, "the path \(Escape.short(path)) of a watch")
        }
        charactersAndLength(path, record, &list)
    }

    private static func charactersAndLength(_ path: Octets, _ record: Record, _ list: inout FindingList) {
        if let byte = path.first(where: { !Path.isCharacter($0) }) {
            list.add(
                .pathCharacters, at: record,
                "the path \(Escape.short(path)) contains the byte 0x\(String(byte, radix: 16))")
        }
        if path.count > Path.longest {
            list.add(
                .pathLength, at: record,
                "a path of \(path.count + 1) bytes: \(Escape.short(path))")
        }
    }

    private static func quotas(_ quotas: [Quota], _ record: Record, _ list: inout FindingList) {
        var names: Set<Octets> = []
        for quota in quotas
        where quota.name.isEmpty || !quota.name.allSatisfy(ASCII.isVisible)
            || !names.insert(quota.name).inserted
        {
            list.add(
                .quotaName, at: record,
                "\(record.type.name) has the quota name \(Escape.short(quota.name))")
        }
    }

    private static func pad<Number: FixedWidthInteger>(
        _ field: Field, _ value: Number, _ record: Record, _ list: inout FindingList
    ) {
        guard value != 0 else { return }
        list.add(
            .setPad, at: record,
            "\(record.type.name): \(field.name) has reserved bits 0x\(String(value, radix: 16)) set")
    }

    private static func domid(_ domid: UInt16, _ field: Field, _ record: Record, _ list: inout FindingList) {
        guard domid >= 0x7FF0 else { return }
        list.add(
            .reservedDomid, at: record,
            "\(record.type.name): \(field.name) is 0x\(String(domid, radix: 16))")
    }
}

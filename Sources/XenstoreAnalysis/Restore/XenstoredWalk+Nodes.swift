import XenstoreStream

/// How the daemon reads NODE_DATA.
extension XenstoredWalk {
    mutating func readNode(_ body: Int) {
        if usesFastPath, let path = pathOfPlainNode() {
            // Most nodes follow a sibling, and then this makes no slice, which counts references.
            if paths.insertSibling(path) != true { readTreeNode(nodes.stream[path], isDeletion: false) }
            return
        }
        let connID = memory.number32(body)
        let pathCount = memory.number16(body + 8)
        let valueCount = memory.number16(body + 10)
        let access = memory.number16(body + 12)
        let permCount = memory.number16(body + 14)
        let pathStart = body + 16 + 4 * permCount
        let valueStart = pathStart + pathCount
        // Not longer than needed: many records may point to one long run without a NUL.
        let path = memory.string(pathStart, limit: Self.longestPath + (valueStart <= recordEnd ? pathCount : 0))
        guard Path.isSpecial(path) || path.contains(ASCII.slash) else {
            return note(.dies, "exits at a node whose path, \(Escape.short(path)), has no slash")
        }
        guard checkEnd(pathStart, "permissions") else { return }
        readString(pathStart, count: pathCount, .path)
        if valueStart + valueCount > recordEnd || valueStart + valueCount > memory.bytes.count {
            _ = checkEnd(valueStart + valueCount, "the value of \(Escape.short(path))")
        }
        if connID != 0 {
            let what =
                access & 3 == 0
                ? "does not delete \(Escape.short(path)), but empties it and replaces its permissions"
                : "treats the pending node \(Escape.short(path)) as committed"
            note(.alters, what)
        }
        if Path.isSpecial(path) {
            readSpecial(path, valueCount: valueCount)
        } else {
            readTreeNode(path, isDeletion: connID != 0 && access & 3 == 0)
            readOwner(
                path, permCount: permCount, perms: body + 16, value: valueStart, valueCount, isPending: connID != 0)
        }
        readPermissions(path, count: permCount, start: body + 16)
    }

    private mutating func readSpecial(_ path: Octets, valueCount: Int) {
        let isKnown = path.elementsEqual("@releaseDomain".utf8) || path.elementsEqual("@introduceDomain".utf8)
        if !isKnown {
            return note(.skips, "keeps \(Escape.short(path)) inaccessible, and does not write it at the next dump")
        }
        if !specials.insert(path).inserted { note(.alters, "uses the last \(Escape.short(path))") }
        if valueCount > 0 { note(.alters, "drops the value of \(Escape.short(path))") }
    }

    private mutating func readTreeNode(_ path: Octets, isDeletion: Bool) {
        defer { hasNodes = true }
        guard path.count > 1 else {
            if hasNodes {
                note(
                    .alters,
                    "forgets the earlier children of /: they can be read but not listed, and are lost at the next dump"
                )
            }
            return
        }
        if !isDeletion, let isNew = paths.insertSibling(path.indices) { return noteAgain(path, unless: isNew) }
        let slash = path.lastIndex(of: ASCII.slash) ?? path.startIndex
        let parent = slash == path.startIndex ? path.prefix(1) : path[path.startIndex..<slash]
        guard paths.hasParent(parent) else {
            return note(.dies, "exits, as the parent of \(Escape.short(path)) does not exist")
        }
        if isDeletion && paths.hasChildren(path) {
            return note(.dies, "exits at the deletion of \(Escape.short(path)), which has children")
        }
        if slash + 1 == path.endIndex && parent.count == 1 {
            note(.alters, "adds a child without a name to /: its next dump never ends")
        }
        noteAgain(path, unless: paths.insert(path, below: parent))
    }

    private mutating func noteAgain(_ path: Octets, unless isNew: Bool) {
        if isNew { return }
        note(.alters, "uses the last \(Escape.short(path)), lists it twice, and forgets its earlier children")
    }

    private mutating func readOwner(
        _ path: Octets, permCount: Int, perms: Int, value: Int, _ valueCount: Int, isPending: Bool
    ) {
        var owner = memory.number16(perms + 2)
        if permCount == 0 {
            // The daemon then reads the owner from the beginning of the value.
            owner = (0..<min(4, valueCount)).reduce(0) { $0 | Int(memory.byte(value + $1)) << (8 * $1) }
            if connections.hasRing(of: owner) && !isPending {
                note(.overReads, "reads the owner of \(Escape.short(path)) from its value, as it has no permissions")
            }
        }
        if connections.hasRing(of: owner) { return }
        let (name, reason) = (Escape.short(path), "domain \(owner), has no connection before it")
        if isOne(of: .lookForDomains) {
            note(.dies, "exits, as the owner of \(name), \(reason)" + only(.lookForDomains))
        } else {
            note(.alters, "may give \(name) to domain 0, as its owner, \(reason)")
        }
    }

    private mutating func readPermissions(_ path: Octets, count: Int, start: Int) {
        let isSpecial = Path.isSpecial(path)
        for index in 0..<count {
            let entry = start + 4 * index
            let domid = memory.number16(entry + 2)
            if !"wrbn".utf8.contains(memory.byte(entry)) {
                return note(
                    .alters,
                    "treats a permission of \(Escape.short(path)) with letter "
                        + "0x\(String(memory.byte(entry), radix: 16)) as n"
                )
            }
            if memory.byte(entry + 1) & 0xFE != 0 {
                return note(.alters, "drops flags of a permission of \(Escape.short(path))")
            }
            if index > 0 && memory.byte(entry + 1) & 1 == 0, let versions = versionsThatMark(domid, isSpecial) {
                return note(
                    .alters,
                    "marks the permission of domain \(domid) for \(Escape.short(path)) as stale, as the domain has no "
                        + "connection before it" + only(versions)
                )
            }
        }
    }

    /// The versions that mark an entry for a domain as stale; nil if the daemon does not.
    private func versionsThatMark(_ domid: Int, _ isSpecial: Bool) -> RestoreVersions? {
        if connections.hasRing(of: domid) { return nil }
        if domid == RestoreVersions.everyDomain && isOne(of: .nameEveryDomain) && (release != nil || version == 2) {
            return nil
        }
        let versions = isSpecial ? RestoreVersions.markSpecialNodes : .lookForDomains
        return isOne(of: versions) ? versions : nil
    }
}

import XenstoreStream

/// What the daemon does by itself, and what its log says about it.
extension Replayer {
    mutating func endConnection(_ event: ReplayEvent, _ name: Octets) {
        guard let domid = event.connection?.domid, domid != 0 else { return }
        if isTrace {
            ended.append(domid)
        } else if name.first == 0x44, hasBegun {
            // The connection of a ring ends with its domain.
            state.end(domid, mayLoseEntries: false)
            tell(event, nil)
        }
    }

    /// Ends domains of a C xenstored. Its lines about the nodes that it removes come first.
    mutating func endDomains() {
        guard !ended.isEmpty else { return }
        if hasBegun {
            for domid in ended { state.end(domid, mayLoseEntries: hasDomains) }
            observe?(Step(position: position, time: now, path: nil, domid: nil), state)
        }
        ended = []
    }

    /// oxenstored writes its own path when it begins again.
    mutating func beginUpdate(_ event: ReplayEvent) {
        guard (event.detail ?? []).starts(with: "Live update begin".utf8) else { return }
        isUpdating = true
        guard hasBegun else { return }
        let path = Octets("/tool/xenstored".utf8)
        state.doubt(StoreChange(.write([], .unknown), path, domid: 0))
    }

    /// The numbers of oxenstored's sockets rise while it runs.
    mutating func checkRestart(_ event: ReplayEvent, _ name: Octets) throws {
        guard !isTrace, name.first == 0x41, let number = Self.number(name.dropFirst()) else { return }
        defer { highestSocket = isUpdating ? number : max(number, highestSocket) }
        guard number <= highestSocket, !isUpdating else {
            isUpdating = false
            return
        }
        highestSocket = number
        guard hasBegun else { return transactions.removeAll() }
        let time = try now.map { try Moment.text($0) } ?? "an unknown time"
        forget("the daemon was started again at \(time)", at: event.position, now)
    }

    /// Replays a line that a C xenstored writes about itself.
    /// - Returns: false if it is after the moment.
    mutating func replay(line event: ReplayEvent) throws -> Bool {
        guard isTrace, var line = event.line else { return true }
        while let last = line.last, last == ASCII.newline || last == ASCII.carriageReturn { line = line.dropLast() }
        if let colon = line.firstRange(of: ": ".utf8),
            line[..<colon.lowerBound].allSatisfy({ (0x61...0x7A).contains($0) })
        {
            line = line[colon.upperBound...]
        }
        if line.elementsEqual("***".utf8) {
            // A file of a log that goes on begins so, if the daemon was told to open a new one.
            return isFresh ? true : try reopen(event)
        } else if line.elementsEqual("Checking store ...".utf8), isFresh {
            return try reopen(event)
        } else if line.starts(with: "orphaned node ".utf8), line.suffix(8).elementsEqual(" deleted".utf8) {
            let path = line.dropFirst("orphaned node ".utf8.count).dropLast(8)
            guard hasBegun, Path.isAbsolute(path) else { return true }
            state.remove(path)
            tell(event, path)
        }
        return true
    }

    /// A C xenstored has opened its log again: it may have been started again, or have written none
    /// in between.
    mutating func reopen(_ event: ReplayEvent) throws -> Bool {
        lastTime = try reader.time(before: event.position) ?? lastTime
        if isAtLimit { return false }
        transactions.removeAll()
        guard hasBegun else { return true }
        let time = try lastTime.map { try Moment.text($0) } ?? "an unknown time"
        forget(
            "the daemon opened its log again after \(time), and may have been started again", at: event.position, now)
        return true
    }
}

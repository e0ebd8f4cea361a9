import XenstoreStream

/// What requests change, and when.
extension Replayer {
    mutating func change(_ event: ReplayEvent, _ name: Octets) {
        let change = (event: event, fate: fate(event))
        if isTrace {
            guard change.fate != .failed else { return }
            switch transactions.add(change, name) {
            case true?: break
            case false?: commit(change)
            case nil: commit((event, .doubtful))
            }
        } else if let tid = event.tid, tid > 0 {
            transactions.add(change, name, tid, count: name.first == ASCII.r ? state.count : counts[name] ?? 0)
        } else {
            commit(change)
        }
    }

    func fate(_ event: ReplayEvent) -> ReplayTransactions.Fate {
        switch event.outcome {
        case .ok, .noError: return .succeeded
        case .unknown: return .doubtful
        case .error(let word):
            if isTrace || event.isOfLogWithReads { return .failed }
            // Without reads in the log, the error may be that of a read.
            guard word.elementsEqual("EACCES".utf8), event.tid == 0, let domid = event.connection?.domid,
                let path = event.path, Path.isFixed(path), !event.shape.contains(.incomplete),
                let isRefused = state.refuses(domid, path, owning: event.operation == .setPermissions)
            else { return .doubtful }
            // A guest cannot give a node away.
            return isRefused || ReplayRequest.newOwner(event).map({ $0 != domid }) ?? false ? .failed : .succeeded
        }
    }

    mutating func end(_ event: ReplayEvent, _ name: Octets) {
        let (changes, doubtful) = transactions.end(event, name)
        switch event.result {
        case .commit: for change in changes { commit(change) }
        case .abort, .conflict: break
        case nil: for change in changes { commit((change.event, .doubtful)) }
        }
        for change in doubtful { commit((change.event, .doubtful)) }
    }

    /// Commits a transaction of oxenstored. It may be committed although others have made or
    /// removed nodes, if what it did about them had no effect on what it saw.
    /// - Parameter count: the store's count when it began.
    mutating func commit(_ changes: [ReplayTransactions.Change], since count: Int) {
        var own: [(path: Octets, removes: Bool)] = []
        for change in changes {
            guard change.fate != .failed, let path = change.event.path else { continue }
            let operation = change.event.operation
            let isOwn = own.contains { $0.removes ? Path.isAtOrBelow(path, $0.path) : Path.isAtOrBelow($0.path, path) }
            if operation != .write, !isOwn, hasBegun, state.mayDiffer(path, since: count) {
                commit((change.event, .doubtful))
            } else {
                commit(change)
            }
            if operation != .setPermissions { own.append((path, operation == .rm)) }
        }
    }

    /// Changes the store, now that a change takes effect.
    mutating func commit(_ change: ReplayTransactions.Change) {
        guard hasBegun, change.fate != .failed else { return }
        let request = ReplayRequest(change.event, in: state)
        if let prefix = request.cutPath {
            doubtCount += 1
            state.doubt(prefix: prefix, removes: change.event.operation == .rm)
            tell(change.event, prefix)
            return
        }
        for asked in request.changes {
            if change.fate == .succeeded && request.changes.count == 1 {
                let isNew = state.presence(asked.path) != .present
                state.apply(asked)
                if isInSecondOfImage { doubtInheritance(asked, isNew) }
            } else {
                doubtCount += 1
                state.doubt(asked)
            }
            tell(change.event, asked.path)
        }
    }

    /// The image may have been captured after permissions were set that a new node did not inherit.
    mutating func doubtInheritance(_ change: StoreChange, _ isNew: Bool) {
        switch change.kind {
        case .setPermissions: hasSetPermissions = true
        case .write, .mkdir:
            if isNew && hasSetPermissions {
                state.doubt(StoreChange(.setPermissions(nil), change.path, domid: change.domid))
            }
        case .rm: break
        }
    }

    /// Tells the observer about a request that has just taken effect.
    func tell(_ request: ReplayEvent, _ path: Octets?) {
        observe?(
            Step(position: request.position, time: request.time ?? now, path: path, domid: request.connection?.domid),
            state)
    }
}

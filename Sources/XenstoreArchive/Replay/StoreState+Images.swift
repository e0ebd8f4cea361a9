import XenstoreStream

extension StoreState {
    /// What an image says of the nodes of a store.
    /// - Parameters:
    ///   - source: the image.
    ///   - rules: those of the daemon.
    ///   - global: gets what the image says of the daemon, if the layout of a replay can hold it.
    /// - Throws: the errors of reading the image.
    init(of source: ImageSource, rules: StoreRules, global: inout GlobalData?) throws {
        self.init(rules: rules)
        let layout = source.format.layout
        let hasGlobal = layout.globalSecondField == .evtchnFD && (layout == .oxenstored) == (rules == .oxenstored)
        try source.forEachRecord { record in
            if case .global(let data) = record, hasGlobal { global = data }
            guard case .node(let data) = record, data.isCommitted else { return }
            // A name that the tool cut off is not a path.
            if ValueKnowledge.hasCutPath(data, layout) { return }
            let path = data.path.octets
            guard Path.isFixed(path) else { return }
            let perms = data.perms.map { Permission(perm: $0.perm, domid: $0.domid) }
            load(
                path, value: data.value, knowledge: ValueKnowledge(data, layout), perms: perms.isEmpty ? nil : perms,
                makesParents: layout.isListing)
        }
        settle(source.coverage)
    }
}

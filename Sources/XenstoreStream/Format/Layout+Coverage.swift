extension Layout {
    /// What a whole image of this layout covers; nil if its text decides.
    public var coverage: Coverage? {
        switch self {
        case .draft:
            Coverage([.nodes, .permissions, .special, .connections, .watches, .transactions, .pending])
        case .v1:
            Coverage([.nodes, .permissions, .stale, .special, .connections, .watches, .transactions, .pending])
        case .v2: Coverage(Coverage.Kind.allCases)
        case .oxenstored: Coverage([.nodes, .permissions, .special, .connections, .watches])
        // Special nodes are not in the database. Of what is pending it has nodes, and no requests.
        case .tdb, .tdbdump: Coverage([.nodes, .permissions, .stale])
        case .oxenstoredDebug: Coverage([.nodes, .permissions, .special])
        case .listing, .tree, .pairs: nil
        }
    }
}

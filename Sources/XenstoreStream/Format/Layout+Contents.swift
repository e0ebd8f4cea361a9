extension Layout {
    /// Whether the image has come from the database of a C xenstored: its nodes have marks of stale
    /// entries and lists of children, and are in no order.
    public var isOfDatabase: Bool {
        self == .tdb || self == .tdbdump
    }

    /// Whether the image has no records except nodes: neither connections nor watches, so that no
    /// daemon can be started from it.
    public var hasOnlyNodes: Bool {
        isText && self != .oxenstored
    }
}

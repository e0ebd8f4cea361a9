extension Change.Kind {
    /// The kind's place in a diff; permissions are among the nodes.
    var rank: Int {
        let kind = self == .perms ? Change.Kind.node : self
        return Change.Kind.allCases.firstIndex(of: kind) ?? 0
    }
}

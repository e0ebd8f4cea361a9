extension ListingLine.Form {
    /// The layout of an image in this form.
    var layout: Layout {
        switch self {
        case .flat: .listing
        case .tree: .tree
        case .pairs: .pairs
        }
    }

    /// Why a text has this form, as a clause.
    var reason: String {
        switch self {
        case .flat: "it has lines of xenstore-ls -f"
        case .tree: "it has lines of xenstore-ls"
        case .pairs: "it has lines of PATH=VALUE"
        }
    }
}

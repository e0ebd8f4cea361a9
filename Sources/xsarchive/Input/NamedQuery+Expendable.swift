import XenstoreAnalysis

extension NamedQuery {
    /// The columns that a named query's table drops on a narrow terminal, in this order.
    static let expendable = [
        "uuid", "target", "conn_id", "first_image_id", "last_image_id", "images", "series", "transactions",
        "first_seen", "daemon", "perms",
    ]
}

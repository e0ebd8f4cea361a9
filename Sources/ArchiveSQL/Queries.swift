extension ArchiveSQL {
    /// The named queries of queries/, by name.
    public static var queries: [(name: String, sql: String)] {
        [
            ("dead_grantee", PackageResources.dead_grantee_sql),
            ("dead_owner", PackageResources.dead_owner_sql),
            ("device_state", PackageResources.device_state_sql),
            ("largest_owners", PackageResources.largest_owners_sql),
            ("path_history", PackageResources.path_history_sql),
            ("pending_output", PackageResources.pending_output_sql),
            ("special_nodes", PackageResources.special_nodes_sql),
            ("stale_perms", PackageResources.stale_perms_sql),
            ("stubdom_targets", PackageResources.stubdom_targets_sql),
            ("watch_heavy", PackageResources.watch_heavy_sql),
            ("watch_no_node", PackageResources.watch_no_node_sql),
            ("world_access", PackageResources.world_access_sql),
        ].map { ($0, text($1)) }
    }
}

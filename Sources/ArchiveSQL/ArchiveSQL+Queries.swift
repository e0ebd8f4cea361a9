extension ArchiveSQL {
    /// The named queries of queries/, by name.
    public static var queries: [(name: String, sql: String)] {
        queryFiles.map { ($0.name, text($0.bytes)) }
    }

    /// The names of all queries.
    public static var queryNames: [String] {
        queryFiles.map(\.name)
    }

    /// A query of queries/, without reading the others; nil if there is none of this name.
    public static func query(_ name: String) -> String? {
        queryFiles.first { $0.name == name }.map { text($0.bytes) }
    }

    private static var queryFiles: [(name: String, bytes: [UInt8])] {
        [
            ("access", PackageResources.access_sql),
            ("backend_mismatch", PackageResources.backend_mismatch_sql),
            ("cross_read", PackageResources.cross_read_sql),
            ("cross_write", PackageResources.cross_write_sql),
            ("dead_empty_dirs", PackageResources.dead_empty_dirs_sql),
            ("dead_grantee", PackageResources.dead_grantee_sql),
            ("dead_owner", PackageResources.dead_owner_sql),
            ("deep_paths", PackageResources.deep_paths_sql),
            ("device_state", PackageResources.device_state_sql),
            ("domain_log", PackageResources.domain_log_sql),
            ("domains", PackageResources.domains_sql),
            ("domid_reuse", PackageResources.domid_reuse_sql),
            ("duplicate_identity", PackageResources.duplicate_identity_sql),
            ("first_last_seen", PackageResources.first_last_seen_sql),
            ("flapping", PackageResources.flapping_sql),
            ("foreign_owner", PackageResources.foreign_owner_sql),
            ("growth", PackageResources.growth_sql),
            ("guest_agent_bytes", PackageResources.guest_agent_bytes_sql),
            ("guest_log", PackageResources.guest_log_sql),
            ("home_vs_connection", PackageResources.home_vs_connection_sql),
            ("largest_owners", PackageResources.largest_owners_sql),
            ("live_update_loss", PackageResources.live_update_loss_sql),
            ("log_before", PackageResources.log_before_sql),
            ("log_blame", PackageResources.log_blame_sql),
            ("log_conflicts", PackageResources.log_conflicts_sql),
            ("log_domain", PackageResources.log_domain_sql),
            ("log_errors", PackageResources.log_errors_sql),
            ("log_guest", PackageResources.log_guest_sql),
            ("log_handshake", PackageResources.log_handshake_sql),
            ("log_path", PackageResources.log_path_sql),
            ("log_shared", PackageResources.log_shared_sql),
            ("log_subtrees", PackageResources.log_subtrees_sql),
            ("log_watches", PackageResources.log_watches_sql),
            ("log_writers", PackageResources.log_writers_sql),
            ("memory_top", PackageResources.memory_top_sql),
            ("open_transactions", PackageResources.open_transactions_sql),
            ("orphan_backend", PackageResources.orphan_backend_sql),
            ("over_limit", PackageResources.over_limit_sql),
            ("path_history", PackageResources.path_history_sql),
            ("pending_input", PackageResources.pending_input_sql),
            ("pending_messages", PackageResources.pending_messages_sql),
            ("pending_output", PackageResources.pending_output_sql),
            ("quota_usage", PackageResources.quota_usage_sql),
            ("replay_lint", PackageResources.replay_lint_sql),
            ("special_nodes", PackageResources.special_nodes_sql),
            ("stale_perms", PackageResources.stale_perms_sql),
            ("structure", PackageResources.structure_sql),
            ("stubdom_targets", PackageResources.stubdom_targets_sql),
            ("trusted_trees", PackageResources.trusted_trees_sql),
            ("tx_versus_committed", PackageResources.tx_versus_committed_sql),
            ("vm_node_missing", PackageResources.vm_node_missing_sql),
            ("watch_heavy", PackageResources.watch_heavy_sql),
            ("watch_no_node", PackageResources.watch_no_node_sql),
            ("watch_shapes", PackageResources.watch_shapes_sql),
            ("watch_unreadable", PackageResources.watch_unreadable_sql),
            ("watched_guest_writable", PackageResources.watched_guest_writable_sql),
            ("watches_by_domain", PackageResources.watches_by_domain_sql),
            ("wide_dirs", PackageResources.wide_dirs_sql),
            ("world_access", PackageResources.world_access_sql),
            ("write_outside_home", PackageResources.write_outside_home_sql),
        ]
    }
}

/// The SQL of schema/ and queries/, embedded when the package is built.
public enum ArchiveSQL {
    /// The steps from an empty file to the newest schema; step n, counted from 1, leads to
    /// `user_version` n.
    public static var migrations: [String] {
        [
            PackageResources.v001_create_sql, PackageResources.v002_nodes_by_path_sql,
            PackageResources.v003_custody_sql,
            PackageResources.v004_texts_sql, PackageResources.v005_named_references_sql,
            PackageResources.v006_coverage_sql, PackageResources.v007_observations_sql,
            PackageResources.v008_origins_sql, PackageResources.v009_accounts_sql,
            PackageResources.v010_logs_sql, PackageResources.v011_zones_sql,
            PackageResources.v012_placements_sql, PackageResources.v013_extents_sql,
            PackageResources.v014_runs_sql,
        ].map(text)
    }

    /// The views, which are created again after every migration.
    public static var views: String {
        [
            PackageResources.views_sql, PackageResources.views_domains_sql, PackageResources.views_access_sql,
            PackageResources.views_messages_sql, PackageResources.views_time_sql,
            PackageResources.views_logs_sql,
        ].map(text).joined(separator: "\n")
    }

    /// The temporary tables of one image; `:image_id` stands for its id.
    public static var imageTables: String {
        text(PackageResources.image_tables_sql)
    }

    /// The temporary tables of one image, and the views whose names they have.
    public static var imageTableNames: [String] {
        let create = "CREATE TEMP TABLE "
        return imageTables.split(separator: "\n").filter { $0.hasPrefix(create) }.map {
            String($0.dropFirst(create.count).prefix { $0 != " " })
        }
    }

    /// The tables of a workspace.
    public static var workspace: String {
        text(PackageResources.workspace_sql)
    }

    /// Patterns of paths whose values are secrets, one per line.
    public static var secretPaths: String {
        text(PackageResources.secret_paths_txt)
    }

    /// The SHA-256 of the newest schema, as `SchemaCheck` computes it; a test records it.
    public static let schemaDigest = text(PackageResources.digest_txt.filter { $0 > 0x20 })

    /// The newest schema version.
    public static var schemaVersion: Int {
        migrations.count
    }

    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

/// The style and the script of a report's page, embedded when the package is built.
public enum ReportAssets {
    /// The style sheets.
    public static var style: String {
        text(PackageResources.page_css) + text(PackageResources.tree_css)
    }

    /// All parts as one script, in the order of their dependencies.
    public static var script: String {
        [
            PackageResources.elements_js, PackageResources.nodes_js, PackageResources.tree_js,
            PackageResources.table_js,
            PackageResources.charts_js, PackageResources.overview_js, PackageResources.lists_js,
            PackageResources.timeline_js, PackageResources.main_js,
        ].map(text).joined(separator: "\n")
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

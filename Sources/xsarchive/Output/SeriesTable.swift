import XenstoreArchive

/// The rows of `images` about series.
enum SeriesTable {
    static func print(_ series: [ArchivedSeries], format: OutputFormat) {
        var table = Table(
            columns: [
                "series", "images", "first_image_id", "first_name", "first_at", "last_image_id", "last_name", "last_at",
                "times", "size", "size_growth", "nodes", "node_growth", "last_seen",
            ],
            format: format,
            expendable: [
                "times", "first_name", "last_name", "nodes", "first_image_id", "last_seen", "node_growth",
                "last_image_id", "first_at",
            ])
        for row in series {
            let (first, last) = (row.first, row.last)
            let times = first.seenFrom == last.seenFrom ? last.seenFrom : "\(first.seenFrom), \(last.seenFrom)"
            table.add([
                .string(row.name), .integer(row.imageCount), .integer(first.imageID), .string(first.name),
                .string(first.seenAt), .integer(last.imageID), .string(last.name), .string(last.seenAt),
                .string(times), .integer(last.size), .integer(last.size &- first.size),
                .integer(last.nodeCount), .integer(last.nodeCount &- first.nodeCount), .string(row.lastSeen),
            ])
        }
        table.finish()
    }
}

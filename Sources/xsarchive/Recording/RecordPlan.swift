import XenstoreArchive

/// What `record` is asked to do.
struct RecordPlan {
    /// The daemon's socket.
    let socket: String
    /// The name of the archive's file.
    let archive: String
    let series: String
    let name: String
    /// The least time between two images.
    let interval: Duration
    /// The time between two readings of everything.
    let sweep: Duration
    /// How long the first reading, and each reading of what changed, may take.
    let timeout: Duration
    /// The most requests a second; nil: no limit.
    let rate: Double?
    /// Which images to keep, once a day; nil: all.
    let retention: Retention?
    /// Whether to say only what is a problem.
    let isQuiet: Bool
}

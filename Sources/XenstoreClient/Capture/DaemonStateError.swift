import XenstoreStream

/// Why a daemon's own state could not be fetched.
public enum DaemonStateError: Error, Equatable, Sendable {
    /// Reading the store failed.
    case capture(StoreCapture.Failure)
    /// The live update is not made.
    case refused(LiveUpdateVerdict)
    /// The daemon refused the live update, and goes on; its words.
    case refusedByDaemon(String)
    /// The process is not one to which the signal may be sent: it would end a C xenstored.
    case noSignal(String)
    /// A file could not be made, read or removed; its name and the number of the error.
    case file(String, Int32)
    /// The daemon wrote no state in time; the name of the file.
    case noState(String)
    /// The daemon does not answer after the live update; the name of the file with its state.
    case lost(String)
}

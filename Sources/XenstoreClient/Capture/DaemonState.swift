import XenstoreStream

/// The state that a daemon has written itself.
public struct DaemonState: Sendable {
    /// The bytes of the file.
    public let bytes: [UInt8]
    /// The name of the file.
    public let file: String
    /// Which daemon it is.
    public let daemon: StoreDaemon
    /// The process that wrote it.
    public let process: DaemonProcess
    /// When the first request was sent, in nanoseconds since 1970, UTC.
    public let start: Int64
    /// When the daemon had written it, in nanoseconds since 1970, UTC.
    public let moment: Int64

    /// Removes the file, once its bytes are stored.
    public func removeFile() {
        StateFile(path: file).remove()
    }
}

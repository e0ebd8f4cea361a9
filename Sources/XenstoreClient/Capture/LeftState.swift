import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file with a state that a daemon has left where it keeps its files. It stays when the daemon
/// ends, and can be imported.
public struct LeftState: Equatable, Sendable {
    /// What a file is, by its name.
    public enum Kind: String, CaseIterable, Sendable {
        /// `db`: oxenstored writes it at a live update, at its end, and when its log is rotated.
        case oxenstored
        /// `db.debug`: oxenstored's nodes, after SIGUSR1.
        case debug
        /// `state_dump`: a C xenstored writes it at a live update, and the next one removes it.
        case stream
        /// The second name of a `state_dump`, which `LiveUpdate` has made.
        case kept
        /// `tdb`: the store of a C xenstored before Xen 4.18.
        case database
    }

    /// The file's name.
    public let path: String
    /// What it is, by its name.
    public let kind: Kind
    /// Its size in bytes; not 0.
    public let size: Int64
    /// When it was last written, in seconds since 1970, UTC: the moment of its state.
    public let modified: Int64

    /// The files where the daemon of a socket keeps its own, the newest first.
    /// - Parameter socket: the socket; nil: those at which clients look for a daemon.
    public static func all(at socket: String?) -> [LeftState] {
        let sockets = (socket.map { [$0] } ?? StoreSocket.candidates).filter { !$0.hasPrefix("/dev/") }
        var directories = sockets.map(directory)
        // Where a C xenstored before Xen 4.17 keeps its files.
        if socket == nil { directories.append("/var/lib/xenstored") }
        var seen: [StateFile.Stamp] = []
        var found: [(state: LeftState, stamp: StateFile.Stamp)] = []
        for directory in directories {
            for name in DaemonProcess.names(in: directory).sorted() {
                guard let kind = kind(of: name) else { continue }
                let path = directory == "/" ? "/" + name : "\(directory)/\(name)"
                // One directory may have two names.
                guard let stamp = StateFile(path: path).stamp, stamp.isFile, stamp.size > 0, !seen.contains(stamp)
                else { continue }
                seen.append(stamp)
                let state = LeftState(path: path, kind: kind, size: stamp.size, modified: Int64(stamp.seconds))
                found.append((state, stamp))
            }
        }
        let sorted = found.sorted { first, second in
            (first.stamp.seconds, first.stamp.nanoseconds) > (second.stamp.seconds, second.stamp.nanoseconds)
        }
        return sorted.map(\.state)
    }

    private static func directory(of socket: String) -> String {
        guard let slash = socket.lastIndex(of: "/") else { return "." }
        return slash == socket.startIndex ? "/" : String(socket[..<slash])
    }

    /// What a file of this name is; nil: nothing of a daemon's state.
    static func kind(of name: String) -> Kind? {
        switch name {
        case "db": .oxenstored
        case "db.debug": .debug
        case "state_dump": .stream
        case "tdb": .database
        default: name.hasPrefix("state_dump.xsarchive-") ? .kept : nil
        }
    }
}

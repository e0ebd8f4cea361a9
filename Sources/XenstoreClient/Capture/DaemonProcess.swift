import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The process that serves a socket, as the system shows it.
public struct DaemonProcess: Equatable, Sendable {
    /// Its id.
    public let id: Int32
    /// The file that it runs, as the system names it.
    public let program: String
    /// The directory of the socket.
    public let directory: String

    /// Whether the file that it runs was removed or replaced since.
    public var isReplaced: Bool {
        program.hasSuffix(" (deleted)")
    }

    /// Whether it runs oxenstored, by the name of its file.
    public var isOxenstored: Bool {
        program.split(separator: "/").last?.hasPrefix("oxenstored") == true
    }

    /// Finds the process whose descriptor listens on a socket.
    /// - Parameter socket: the path of the socket.
    /// - Returns: the one process that runs a xenstored and holds the socket; nil if there is none
    ///   or more than one, or it cannot be seen.
    public static func serving(_ socket: String) -> DaemonProcess? {
        guard let path = resolved(socket) else { return nil }
        let inodes = Set(listeners().filter { resolved($0.path) == path }.map(\.inode))
        var found: [DaemonProcess] = []
        for id in processes() {
            guard let program = target("/proc/\(id)/exe"), program.contains("xenstored") else { continue }
            let holds = names(in: "/proc/\(id)/fd").contains { descriptor in
                guard let link = target("/proc/\(id)/fd/\(descriptor)"), link.hasPrefix("socket:[") else {
                    return false
                }
                return inodes.contains(String(link.dropFirst(8).dropLast()))
            }
            let directory = path.split(separator: "/").dropLast().joined(separator: "/")
            if holds { found.append(DaemonProcess(id: id, program: program, directory: "/" + directory)) }
        }
        return found.count == 1 ? found[0] : nil
    }

    /// A variable of the environment with which it was started; nil if there is none, or if it may
    /// not be read.
    public func variable(_ name: String) -> String? {
        let prefix = Octets((name + "=").utf8)
        for entry in Self.content("/proc/\(id)/environ").split(separator: ASCII.nul)
        where entry.starts(with: prefix) {
            return String(decoding: entry.dropFirst(prefix.count), as: UTF8.self)
        }
        return nil
    }

    /// Whether it still runs the same file.
    public var isRunning: Bool {
        Self.target("/proc/\(id)/exe") == program
    }

    // MARK: What the system shows

    /// The ids of all processes.
    static func processes() -> [Int32] {
        names(in: "/proc").compactMap { Int32($0) }.sorted()
    }

    /// The words of a process's command; empty if it has ended.
    static func command(_ id: Int32) -> [String] {
        content("/proc/\(id)/cmdline").split(separator: ASCII.nul).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The sockets with a name: `NUMBER: COUNT PROTOCOL FLAGS TYPE STATE INODE PATH` a line.
    private static func listeners() -> [(path: String, inode: String)] {
        content("/proc/net/unix").split(separator: ASCII.newline).compactMap { line in
            let words = line.split(separator: ASCII.space, maxSplits: 7)
            // The flag of a socket that listens.
            guard words.count == 8, words[3].elementsEqual("00010000".utf8) else { return nil }
            return (
                String(decoding: words[7].drop { $0 == ASCII.space }, as: UTF8.self),
                String(decoding: words[6], as: UTF8.self)
            )
        }
    }

    private static func resolved(_ path: String) -> String? {
        guard let name = realpath(path, nil) else { return nil }
        defer { free(name) }
        return String(cString: name)
    }

    private static func target(_ link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names of what is in a directory; empty if it cannot be read.
    static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }

    /// The content of a file of /proc, up to 16 MiB; empty if it cannot be read.
    static func content(_ path: String) -> Octets {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < 16 << 20 {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes[...]
    }
}

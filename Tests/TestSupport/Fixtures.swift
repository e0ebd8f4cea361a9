import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The files of Tests/Fixtures.
public enum Fixtures {
    /// Images that healthy daemons wrote, each with the number of bytes that no field explains.
    public static let cleanStreams: [(name: String, verbatimBytes: Int)] = [
        ("xen-4.17-tiny.bin", 0), ("xen-4.17-small.bin", 0), ("xen-4.17-seq-1.bin", 0), ("xen-4.17-seq-2.bin", 0),
        ("xen-4.17-seq-3.bin", 0), ("xen-4.17-tx.bin", 0), ("xen-4.17-odd.bin", 0), ("xen-4.20-small.bin", 0),
        ("xen-4.22-tiny.bin", 0), ("xen-4.22-small.bin", 4),
    ]

    public static var cleanNames: [String] {
        cleanStreams.map(\.name)
    }

    /// The repository's top directory.
    public static let root: String = {
        // Other packages build this file under a different path.
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        while parts.count > 1 && !Files.exists(parts.joined(separator: "/") + "/Tests/Fixtures") { parts.removeLast() }
        return parts.joined(separator: "/")
    }()

    public static func path(_ name: String) -> String {
        root + "/Tests/Fixtures/" + name
    }

    public static func bytes(_ name: String) -> [UInt8] {
        Files.read(path(name))
    }
}

/// Files, for tests: a failure ends the test run with the file's name.
public enum Files {
    public static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { fatalError("cannot read \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes
    }

    public static func write(_ bytes: [UInt8], _ path: String) {
        guard let file = fopen(path, "wb") else { fatalError("cannot write \(path)") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    public static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// The bits of the file's permissions; -1 if there is no file.
    public static func permissions(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_mode & 0o777) : -1
    }

    /// The names in a directory, sorted.
    public static func list(_ folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a directory with everything in it.
    public static func removeFolder(_ path: String) {
        for name in list(path) where unlink(path + "/" + name) != 0 { removeFolder(path + "/" + name) }
        rmdir(path)
    }
}

/// A directory that is removed with the value.
public final class TemporaryFolder {
    public let path: String

    public init() {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/xsarchive-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("cannot make a temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    public func file(_ name: String) -> String {
        path + "/" + name
    }

    deinit {
        Files.removeFolder(path)
    }
}

extension Files {
    /// The bits of the file's permissions; 0 if there is no file.
    public static func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt32(status.st_mode) & 0o777 : 0
    }
}

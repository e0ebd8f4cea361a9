import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A directory in which commands run; it contains the default archive.
final class Workplace {
    let folder = TemporaryFolder()

    init() {}

    /// With a copy of the shared archive.
    static func withSharedImages() -> Workplace {
        let place = Workplace()
        Files.write(Files.read(SharedArchive.path), place.file("xsarchive.db"))
        return place
    }

    func file(_ name: String) -> String {
        folder.file(name)
    }

    /// The names of all files.
    var names: [String] {
        Files.list(folder.path)
    }

    func bytes(_ name: String) -> [UInt8] {
        Files.read(file(name))
    }

    func write(_ bytes: [UInt8], _ name: String) {
        Files.write(bytes, file(name))
    }

    func start(_ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]) -> RunningCommand {
        RunningCommand(
            Tool.path, arguments, input: input, environment: environment.merging(["LC_ALL": "C"]) { $1 },
            folder: folder.path)
    }

    /// Runs the program in the directory.
    func run(_ arguments: String..., input: [UInt8] = [], environment: [String: String] = [:]) -> Outcome {
        start(arguments, input: input, environment: environment).outcome()
    }

    func run(_ arguments: [String]) -> Outcome {
        start(arguments).outcome()
    }

    /// Runs a line of shell, in which `"$0"` is the program.
    func shell(_ line: String, _ arguments: String...) -> Outcome {
        let environment = ["LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"]
        return RunningCommand(
            "/bin/sh", ["-c", line, Tool.path] + arguments, environment: environment, folder: folder.path
        ).outcome()
    }

    /// Runs SQL in SQLite's own shell.
    func sqlite(_ sql: String, file: String = "xsarchive.db") -> Outcome {
        let environment = ["LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder.path]
        return RunningCommand(
            "/usr/bin/env", ["sqlite3", "-batch", file, sql], environment: environment, folder: folder.path
        ).outcome()
    }
}

/// An archive that tests only read: @1 tiny, @2 small, @3 and @4 two in succession, @5 odd values,
/// @6 version 2.
enum SharedArchive {
    static let names = [
        "xen-4.17-tiny.bin", "xen-4.17-small.bin", "xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin", "xen-4.17-odd.bin",
        "xen-4.22-small.bin",
    ]

    nonisolated(unsafe) private static let place: Workplace = {
        let place = Workplace()
        let outcome = place.run(["import"] + names.map(Fixtures.path))
        guard outcome.ending == .exit(0) else { fatalError("the import failed: \(outcome.errorText)") }
        // A static value is never torn down, so the directory would stay.
        atexit { SharedArchive.remove() }
        return place
    }()

    static var path: String {
        place.file("xsarchive.db")
    }

    private static func remove() {
        for name in place.names { unlink(place.file(name)) }
        rmdir(place.folder.path)
    }

    /// Runs the program on this archive.
    static func run(_ arguments: String...) -> Outcome {
        place.start(arguments).outcome()
    }

    static func run(_ arguments: [String]) -> Outcome {
        place.start(arguments).outcome()
    }
}

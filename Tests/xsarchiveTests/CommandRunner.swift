import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How a command ended.
enum Ending: Equatable {
    case exit(Int32)
    /// Killed by a signal, which no use of the tool may cause.
    case signal(Int32)
    /// Did not end in time, and was killed for it.
    case timeout
}

/// The result of a command.
struct Outcome {
    let ending: Ending
    let output: [UInt8]
    let errors: [UInt8]

    var text: String {
        String(decoding: output, as: UTF8.self)
    }

    var errorText: String {
        String(decoding: errors, as: UTF8.self)
    }

    /// The lines of standard output, without what ends them.
    var lines: [String] {
        Self.lines(output)
    }

    var errorLines: [String] {
        Self.lines(errors)
    }

    /// By bytes: to a Swift string CR and LF together are one character.
    private static func lines(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

/// A running command. Its streams are files, so that no unread pipe can fill up.
final class RunningCommand {
    private let process: pid_t
    private let streams = TemporaryFolder()
    private var ended = false

    /// Longer than any command here takes on a busy machine, in seconds.
    static let patience = 60.0

    /// - Parameter environment: the whole environment; nothing is inherited from the test.
    init(_ program: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String], folder: String) {
        Files.write(input, streams.file("in"))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, streams.file("in"), O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, streams.file("out"), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, streams.file("err"), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // The test runner may ignore or block signals that a user's shell does not.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGPIPE, SIGXFSZ, SIGINT, SIGTERM] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        // The shell changes the directory, and then executes the program.
        let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder, program] + arguments
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for pointer in argv + envp { free(pointer) }
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        var process: pid_t = 0
        let code = posix_spawn(&process, words[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else { fatalError("cannot run \(program): \(String(cString: strerror(code)))") }
        self.process = process
    }

    func stop(with signal: Int32 = SIGKILL) {
        if !ended { kill(process, signal) }
    }

    /// Waits until standard error has these words, or the time is over.
    func waitForWords(_ words: String) {
        var waited = 0.0
        while !String(decoding: Files.read(streams.file("err")), as: UTF8.self).contains(words) {
            usleep(10_000)
            waited += 0.01
            if waited > Self.patience { return }
        }
    }

    /// Waits until standard output has so many lines, or the time is over.
    func waitForLines(_ count: Int) {
        var waited = 0.0
        while Files.read(streams.file("out")).count(where: { $0 == 0x0A }) < count {
            usleep(10_000)
            waited += 0.01
            if waited > Self.patience { return }
        }
    }

    /// Waits for the end.
    /// - Parameter patience: seconds after which the command is killed.
    func outcome(patience: Double = RunningCommand.patience) -> Outcome {
        var status: Int32 = 0
        var waited = 0.0
        var timedOut = false
        while waitpid(process, &status, WNOHANG) == 0 {
            usleep(1000)
            waited += 0.001
            if waited > patience && !timedOut {
                timedOut = true
                stop()
            }
        }
        ended = true
        let signal = status & 0x7F
        let ending: Ending = timedOut ? .timeout : signal != 0 ? .signal(signal) : .exit(status >> 8 & 0xFF)
        return Outcome(ending: ending, output: Files.read(streams.file("out")), errors: Files.read(streams.file("err")))
    }
}

/// The program under test.
enum Tool {
    /// It is next to the test bundle. Which process loads the bundle differs: the bundle itself or
    /// a helper of the toolchain, which has the bundle's path among its arguments.
    static let path: String = {
        var folders: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        if count > 0 { folders.append(folder(of: String(decoding: buffer[..<count], as: UTF8.self))) }
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            folders.append(folder(of: argument))
        }
        folders.append(Fixtures.root + "/.build/debug")
        guard let found = folders.map({ $0 + "/xsarchive" }).first(where: Files.exists) else {
            fatalError("no xsarchive in \(folders.joined(separator: ", "))")
        }
        return found
    }()

    private static func folder(of path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }
}

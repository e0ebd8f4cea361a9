import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Decompresses a file with the program for its form, and reads at most `limit` bytes of the
/// output.
struct Unpacker {
    let form: Compression
    /// The file's name, for errors.
    let path: String

    enum End: Equatable {
        /// All output was read, and the program succeeded.
        case complete
        /// The output is longer than the limit.
        case tooLarge
        /// The program failed, with this message.
        case failed(String)
    }

    /// - Parameters:
    ///   - input: the compressed file, open at its start.
    ///   - limit: the most bytes to return.
    /// - Returns: up to `limit` bytes, and how the output ended.
    func unpack(_ input: Int32, limit: Int) throws -> (bytes: [UInt8], end: End) {
        var (bytes, failure) = try run(input) { output in
            let bytes = try FileIO.readRest(output, named: path, limit: limit)
            return (bytes, isAll: bytes.count <= limit)
        }
        if bytes.count > limit {
            bytes.removeLast(bytes.count - limit)
            return (bytes, .tooLarge)
        }
        return (bytes, failure.map(End.failed) ?? .complete)
    }

    /// Decompresses a file without keeping the output.
    /// - Returns: how the output ended.
    func test(_ input: Int32, limit: Int) throws -> End {
        let (isTooLarge, failure) = try run(input) { output in
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var left = limit
            while left >= 0 {
                let count = Glibc.read(output, &buffer, buffer.count)
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else { throw FileIO.failure(path, "reading failed") }
                if count == 0 { break }
                left -= count
            }
            return (left < 0, isAll: left >= 0)
        }
        return isTooLarge ? .tooLarge : failure.map(End.failed) ?? .complete
    }

    /// Runs the program while `body` reads its output.
    /// - Parameters:
    ///   - input: the compressed file, open at its start.
    ///   - body: reads from the descriptor, and returns whether it has read all; if it has not, the
    ///     program is ended.
    /// - Returns: what `body` returns; and what the program reports if it failed before its end,
    ///   nil if it succeeded or was ended.
    func run<Result>(
        _ input: Int32, _ body: (Int32) throws -> (Result, isAll: Bool)
    ) throws -> (Result, failure: String?) {
        let messages = try Self.temporaryFile([])
        defer { close(messages) }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw FileIO.failure(path, "cannot decompress the file") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let process: pid_t
        do {
            defer { close(ends[1]) }
            process = try start(input: input, output: ends[1], messages: messages)
        }
        let result: Result
        let isAll: Bool
        do {
            (result, isAll) = try body(ends[0])
        } catch {
            _ = Self.end(process, killing: true)
            throw error
        }
        let status = Self.end(process, killing: !isAll)
        return (result, isAll && status != 0 ? message(messages) : nil)
    }

    private func start(input: Int32, output: Int32, messages: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard posix_spawn_file_actions_init(&actions) == 0, posix_spawnattr_init(&attributes) == 0 else {
            throw FileIO.failure(path, "cannot start \(form.command[0])")
        }
        // Options in the environment, like XZ_OPT, must not change the output.
        let environment = ["LC_ALL=C"] + (getenv("PATH").map { ["PATH=" + String(cString: $0)] } ?? [])
        var words: [UnsafeMutablePointer<CChar>?] = form.command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer {
            for pointer in words + variables { free(pointer) }
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (index, descriptor) in [input, output, messages].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(index))
        }
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        sigaddset(&defaults, SIGXFSZ)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var process: pid_t = 0
        let code = posix_spawnp(&process, form.command[0], &actions, &attributes, &words, &variables)
        guard code == 0 else {
            throw ArchiveError(
                .file,
                "\(path): the file is compressed with \(form.rawValue), but \(form.command[0]) cannot be run: "
                    + "\(String(cString: strerror(code))); install \(form.command[0]), or decompress it yourself")
        }
        return process
    }

    /// Waits for the program to end.
    /// - Returns: its status as `waitpid` gives it; -1 if it cannot be known.
    private static func end(_ process: pid_t, killing: Bool) -> Int32 {
        if killing { kill(process, SIGKILL) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            if errno != EINTR { return -1 }
        }
        return status
    }

    /// The first line of the program's messages, without its name.
    private func message(_ messages: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 400)
        let count = pread(messages, &buffer, buffer.count, 0)
        let lines = buffer.prefix(max(0, count)).split(separator: ASCII.newline).map {
            String(decoding: $0, as: UTF8.self)
        }
        let name = form.command[0] + ": "
        var line = lines.first { $0 != "" && $0 != name } ?? "no reason given"
        for prefix in [name, "stdin: ", "(stdin): ", "/*stdin*\\ : "] where line.hasPrefix(prefix) {
            line.removeFirst(prefix.count)
        }
        while let last = line.last, last == " " || last == ";" { line.removeLast() }
        return String(line.drop { $0 == " " })
    }

    /// A file without a name that disappears when it is closed, open at its start.
    static func temporaryFile(_ bytes: [UInt8]) throws -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var name = Array((folder + "/xsarchive-XXXXXX").utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw FileIO.failure(folder, "cannot create a temporary file") }
        unlink(&name)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        do {
            try FileIO.write(bytes[...], to: descriptor, named: folder)
        } catch {
            close(descriptor)
            throw error
        }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }
}

import Glibc
import TestSupport
import XenstoreStream

/// Runs damaged streams through the program: Mutants PATH-OF-XSARCHIVE [COUNT [FIRST-SEED]].
///
/// `import` must end with 0 or 2, `import --salvage` with 0, and `export` must write the same file.
/// No run may take more than one second of processor time, ten seconds in all, or memory out of
/// proportion to its file.
@main
enum Mutants {
    /// More than the program takes for an empty image; no mutant is larger than some tens of
    /// kilobytes.
    static let memoryLimit = 96 << 20

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else { fatalError("usage: Mutants PATH-OF-XSARCHIVE [COUNT [FIRST-SEED]]") }
        let program = arguments[1]
        let count = arguments.count > 2 ? UInt64(arguments[2]) ?? 10_000 : 10_000
        let first = arguments.count > 3 ? UInt64(arguments[3]) ?? 0 : 0
        let folder = TemporaryFolder()
        let (file, database, exported) = (
            folder.file("mutant.bin"), folder.file("mutant.db"), folder.file("exported.bin")
        )
        let fixtures = fixtures()
        var tally = Tally()
        for seed in first..<first + count {
            var mutator = Mutator(seed: seed)
            var (base, format) = try mutator.base()
            if mutator.random.chance(30) {
                base = fixtures[mutator.random.below(fixtures.count)]
                format.byteOrder = base.count > 15 && base[15] & 1 == 1 ? .big : .little
            }
            let (bytes, kinds) = mutator.mutate(base, format.byteOrder)
            for kind in kinds { tally.kinds[kind, default: 0] += 1 }
            Files.write(bytes, file)
            unlink(database)
            unlink(exported)

            let plain = run(program, ["import", "-a", database, file])
            tally.add(plain, "import", seed, allowed: [0, 2])
            if plain.status == 0 {
                tally.stored += 1
                check(program, database, exported, bytes, seed, &tally)
                unlink(database)
            } else {
                tally.refused += 1
                if Files.exists(database) { tally.fail(seed, "a refused import made an archive") }
            }
            tally.add(
                run(program, ["import", "--salvage", "-a", database, file]), "import --salvage", seed, allowed: [0])
            check(program, database, exported, bytes, seed, &tally)
            tally.add(run(program, ["check", file]), "check", seed, allowed: [0, 1])
            tally.add(run(program, ["dump", file]), "dump", seed, allowed: [0, 1])
        }
        print(tally.report(count))
        exit(tally.failures == 0 ? 0 : 1)
    }

    /// The images of Tests/Fixtures that are small enough to be run thousands of times.
    private static func fixtures() -> [[UInt8]] {
        ["", "formats/"].flatMap { folder in
            Files.list(Fixtures.path(folder)).filter { $0.hasSuffix(".bin") }.map { Fixtures.bytes(folder + $0) }
        }.filter { $0.count < 20_000 }
    }

    private static func check(
        _ program: String, _ database: String, _ exported: String, _ bytes: [UInt8], _ seed: UInt64,
        _ tally: inout Tally
    ) {
        tally.add(
            run(program, ["export", "-a", database, "@1", "-o", exported, "--force"]), "export", seed, allowed: [0])
        if !Files.exists(exported) || Files.read(exported) != bytes { tally.fail(seed, "the export differs") }
        unlink(exported)
    }

    struct Run {
        /// The exit status; from 1000 on, a signal.
        let status: Int32
        /// Processor time: other work of the machine does not count.
        let seconds: Double
        /// Time by the clock, in seconds.
        let elapsed: Double
        /// Peak memory, in bytes.
        let memory: Int
    }

    /// Runs the program and discards its output.
    private static func run(_ program: String, _ arguments: [String]) -> Run {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var start = timespec()
        clock_gettime(CLOCK_MONOTONIC, &start)
        var process: pid_t = 0
        guard posix_spawn(&process, program, &actions, nil, words, environ) == 0 else {
            fatalError("cannot run \(program)")
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        let elapsed = Double(end.tv_sec - start.tv_sec) + Double(end.tv_nsec - start.tv_nsec) / 1e9
        let seconds = [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 1000 + status & 0x7F
        return Run(status: code, seconds: seconds, elapsed: elapsed, memory: usage.ru_maxrss * 1024)
    }
}

struct Tally {
    var kinds: [Mutator.Kind: Int] = [:]
    var stored = 0
    var refused = 0
    var failures = 0
    var runs = 0
    var slowest = (seconds: 0.0, what: "")
    var largest = (bytes: 0, what: "")

    mutating func add(_ run: Mutants.Run, _ command: String, _ seed: UInt64, allowed: [Int32]) {
        runs += 1
        if !allowed.contains(run.status) { fail(seed, "\(command) ended with \(run.status)") }
        if run.seconds > 1 { fail(seed, "\(command) took \(run.seconds) s of processor time") }
        if run.elapsed > 10 { fail(seed, "\(command) took \(run.elapsed) s") }
        if run.memory > Mutants.memoryLimit { fail(seed, "\(command) took \(run.memory) bytes of memory") }
        if run.seconds > slowest.seconds { slowest = (run.seconds, "\(command), seed \(seed)") }
        if run.memory > largest.bytes { largest = (run.memory, "\(command), seed \(seed)") }
    }

    mutating func fail(_ seed: UInt64, _ what: String) {
        failures += 1
        print("seed \(seed): \(what)")
    }

    func report(_ count: UInt64) -> String {
        let kinds = Mutator.Kind.allCases.map { "\($0.rawValue) \(self.kinds[$0] ?? 0)" }.joined(separator: ", ")
        return """
            \(count) mutants (\(kinds))
            import: \(stored) stored, \(refused) refused; import --salvage: \(count) stored
            \(runs) runs of the program; the slowest took \(Int(slowest.seconds * 1000)) ms of processor time \
            (\(slowest.what)), the largest \(largest.bytes >> 20) MiB (\(largest.what))
            \(failures) failures
            """
    }
}

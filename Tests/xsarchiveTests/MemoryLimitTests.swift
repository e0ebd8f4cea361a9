import TestSupport
import Testing

/// What is larger than the memory is refused in one line, not with the end of the program.
@Suite struct MemoryLimitTests {
    /// Less than a gigabyte in all, with what the program itself takes.
    private static let limit = "ulimit -v 1000000; "

    @Test(arguments: ["import", "dump", "check", "show"])
    func aFileThatDecompressesToMoreThanTheMemoryIsRefused(_ command: String) {
        let place = Workplace()
        let made = place.shell("head -c 1500000000 /dev/zero | gzip -1 > bomb.gz")
        expectDone(made)
        let option = command == "import" ? "--max-size 10G " : ""
        let outcome = place.shell(Self.limit + "exec \"$0\" \(command) \(option)bomb.gz")
        expectFailure(outcome, 2, containing: ["bomb.gz: ", command == "import" ? "not enough memory" : "more than"])
    }

    @Test func aSparseFileIsRefusedToo() {
        let place = Workplace()
        expectDone(place.shell("truncate -s 100G sparse"))
        expectFailure(
            place.shell(Self.limit + "exec \"$0\" dump sparse"), 2, containing: ["sparse: not enough memory"])
    }

    @Test func aMemberOfAContainerIsRefusedToo() {
        let place = Workplace()
        expectDone(place.shell("truncate -s 1500000000 state && tar -S -czf report.tar.gz state && rm state"))
        let outcome = place.shell(Self.limit + "exec \"$0\" import --max-size 10G report.tar.gz")
        #expect(outcome.ending == .exit(2) && outcome.errorText.contains("not enough memory"), "\(outcome)")
    }
}

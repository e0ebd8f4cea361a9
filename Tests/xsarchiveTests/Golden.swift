import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Expected outputs, kept as files in Tests/Fixtures/golden.
enum Golden {
    /// Compares with the file. A missing file is written, but the test still fails, as the file
    /// must be reviewed first. RECORD_GOLDEN=1 rewrites all files.
    static func expect(_ outcome: Outcome, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let folder = Fixtures.path("golden")
        let path = folder + "/" + name
        let isWanted = getenv("RECORD_GOLDEN").map { String(cString: $0) } == "1"
        guard isWanted || !Files.exists(path) else {
            #expect(outcome.text == String(decoding: Files.read(path), as: UTF8.self), sourceLocation: sourceLocation)
            return
        }
        mkdir(folder, 0o777)
        Files.write(outcome.output, path)
        if !isWanted {
            Issue.record("there was no golden/\(name); it is written now, look at it", sourceLocation: sourceLocation)
        }
    }
}

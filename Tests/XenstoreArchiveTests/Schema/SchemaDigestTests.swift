import ArchiveSQL
import TestSupport
import Testing

@testable import XenstoreArchive

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite struct SchemaDigestTests {
    @Test func theRecordedDigestIsThatOfTheNewestSchema() {
        let digest = SchemaCheck.newestDigest
        guard ArchiveSQL.schemaDigest != digest else { return }
        guard getenv("RECORD_DOCS").map({ String(cString: $0) }) == "1" else {
            Issue.record("schema/digest.txt: 'RECORD_DOCS=1 make test' writes it again: \(digest)")
            return
        }
        Files.write(Array((digest + "\n").utf8), Fixtures.root + "/schema/digest.txt")
        Issue.record("schema/digest.txt: recorded; commit it")
    }
}

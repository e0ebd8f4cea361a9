import ArgumentParser
import XenstoreArchive

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The archive that a command works on.
struct ArchiveOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("archive")], help: "The archive (default: $XSARCHIVE, otherwise ./xsarchive.db).",
        completion: .file())
    var archive: String?

    @Option(help: "Seconds to wait for a locked archive.")
    var wait: Double = 60

    func validate() throws {
        guard wait >= 0, wait <= 1e6 else {
            throw ValidationError("--wait requires a number of seconds from 0 to 1000000.")
        }
        BusyHandler.seconds = wait
    }

    var path: String {
        if let archive { return archive }
        let variable = getenv("XSARCHIVE").map { String(cString: $0) } ?? ""
        return variable.isEmpty ? "xsarchive.db" : variable
    }

    func open() throws -> Archive {
        try Archive.open(path)
    }
}

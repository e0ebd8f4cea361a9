import ArgumentParser
import XenstoreArchive

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the archive: every image written anew and compared with its SHA-256, and SQLite's own checks.",
        discussion: "Exit status: 0 all holds, 2 something does not.\nExample:\n  xsarchive verify"
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    func run() throws {
        var table = Table(columns: ["subject", "verdict", "problem"], format: output.format)
        var isWhole = true
        try Verifier(archive.open()).run { result in
            if result.problem != nil { isWhole = false }
            table.add([.string(result.subject), .string(result.problem == nil ? "ok" : "FAILED"), .string(result.problem)])
        }
        table.finish()
        if !isWhole { throw Exit.trouble.code }
    }
}

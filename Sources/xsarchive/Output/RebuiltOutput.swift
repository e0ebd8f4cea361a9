import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Where a rebuilt stream goes, and what is said about it.
struct RebuiltOutput {
    /// `-` is standard output; nil: no file.
    let path: String?
    let overwrite: Bool
    /// Whether a loss is trouble.
    let isStrict: Bool
    /// Files that must not be replaced by the stream.
    let sources: [String]

    /// What can be told before anything is read.
    func check() throws {
        guard let path, path != "-" else {
            if path == "-" && Terminal.isStandardOutput {
                throw ArchiveError(
                    .usage, "an image is no text for a terminal; name a file with -o, or pipe the output")
            }
            return
        }
        for source in sources where FileIO.isSameFile(path, source) {
            throw ArchiveError(.usage, "\(path): is what the stream is made from; choose another name")
        }
        try FileIO.checkReplaceable(path, overwrite: overwrite)
    }

    /// Says what was lost and changed, each in a line on standard error.
    /// - Throws: exit status 2 where something was lost and nothing may be.
    func report(_ stream: RebuiltStream, _ name: String) throws {
        Self.tell(stream.alterations, name)
        for line in stream.warnings { Console.note("xsarchive: \(name): warning: \(line)") }
        try refuse(stream.alterations, name)
    }

    static func tell(_ alterations: Alterations, _ name: String) {
        for line in alterations.lines { Console.note("xsarchive: \(name): \(line)") }
    }

    func refuse(_ alterations: Alterations, _ name: String) throws {
        guard isStrict, alterations.lossCount > 0 else { return }
        Console.note(
            "xsarchive: \(name): \(alterations.lossCount) lost, so nothing was written; leave --strict out to write it all the same"
        )
        throw Exit.trouble.code
    }

    /// Writes the stream; a file appears only when it is complete.
    func write(_ stream: RebuiltStream) throws {
        guard let path else { return }
        if path == "-" {
            try FileIO.writeStandardOutput(stream.image.file[...])
        } else {
            let file = try OutputFile(path: path, overwrite: overwrite)
            try file.write(stream.image.file[...])
            try file.commit(overwrite: overwrite)
        }
    }
}

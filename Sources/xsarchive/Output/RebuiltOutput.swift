import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Where a rebuilt stream goes, and what is reported about it.
struct RebuiltOutput {
    /// `-` is standard output; nil: no file.
    let path: String?
    let overwrite: Bool
    /// Whether a loss is an error.
    let isStrict: Bool
    /// Files that the stream must not overwrite.
    let sources: [String]
    /// Whether only losses and warnings are reported.
    let isQuiet: Bool

    /// Checks what can be checked before anything is read.
    /// - Parameter name: the name under which the stream is to be stored; nil: it is not.
    func check(savingAs name: String? = nil) throws {
        guard path != nil || name != nil else {
            throw ArchiveError(.usage, "no destination; give a file with -o, or a name in the archive with --save-as")
        }
        guard let path, path != "-" else {
            if path == "-" && Terminal.isStandardOutput {
                throw ArchiveError(
                    .usage, "an image is binary and would garble the terminal; give a file with -o, or pipe the output")
            }
            return
        }
        for source in sources where FileIO.isSameFile(path, source) {
            throw ArchiveError(.usage, "\(path): is the source of the stream; choose another name")
        }
        try FileIO.checkReplaceable(path, overwrite: overwrite)
    }

    /// Reports what was lost and changed on standard error, one line each.
    /// - Throws: exit status 2 if something was lost although `isStrict` is set.
    func report(_ stream: RebuiltStream, _ name: String) throws {
        tell(stream.alterations, name)
        for line in stream.warnings { Console.note("xsarchive: \(name): warning: \(line)") }
        try refuse(stream.alterations, name)
    }

    /// Reports what was lost and, unless quiet, what was changed.
    func tell(_ alterations: Alterations, _ name: String) {
        for line in isQuiet ? alterations.lossLines : alterations.lines { Console.note("xsarchive: \(name): \(line)") }
    }

    func refuse(_ alterations: Alterations, _ name: String) throws {
        guard isStrict, alterations.lossCount > 0 else { return }
        Console.note(
            "xsarchive: \(name): \(alterations.lossCount) lost, so nothing was written; omit --strict to write it "
                + "anyway"
        )
        throw Exit.trouble.code
    }

    /// Stores the stream in an archive.
    /// - Returns: the line that `import` prints.
    func save(
        _ stream: RebuiltStream, as label: ImageLabel, from provenance: Provenance, in path: String
    ) throws -> String {
        let archive = try Archive.openOrCreate(path)
        archive.noteUpgrade()
        let outcome = try Importer(archive).store(stream.image, label: label, from: provenance)
        return outcome.line(name: label.name, stream.image)
    }

    /// Says what was stored: on standard error if standard output has the stream.
    func tellSaved(_ line: String?) {
        guard let line, !isQuiet else { return }
        if path == "-" { Console.note(line) } else { Console.print(line) }
    }

    /// Writes the stream; a file appears only when it is complete.
    func write(_ stream: RebuiltStream) throws {
        try write(stream.image)
    }

    /// Writes an image; a file appears only when it is complete.
    func write(_ image: ScannedImage) throws {
        try write { try $0(image.file[...]) }
    }

    /// Writes what `make` hands over piece by piece; a file appears only when it is complete.
    func write(_ make: ((Octets) throws -> Void) throws -> Void) throws {
        guard let path else { return }
        if path == "-" { return try make { try FileIO.writeStandardOutput($0) } }
        let file = try OutputFile(path: path, overwrite: overwrite)
        try make { try file.write($0) }
        try file.commit(overwrite: overwrite)
    }
}

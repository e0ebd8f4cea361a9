import XenstoreArchive
import XenstoreStream

extension ImportCommand {
    /// Imports a file of a log.
    func take(
        _ file: ImageFile, _ form: LogForm, of source: ImportFiles.Source, _ table: inout Table,
        _ notes: inout ImportNotes
    ) throws {
        guard root == nil else {
            throw ArchiveError(.usage, "\(file.path): is \(form.title), which has no root; omit --root")
        }
        let label = ImageLabel(
            name: name.map { file.name(named: $0) } ?? file.name(from: source.name), series: series,
            capturedAt: nil, modifiedAt: source.lastWritten)
        var provenance = try source.member.map(Provenance.member) ?? .file(source.path)
        if let compression = file.content.compression {
            provenance.note = (provenance.note.map { $0 + "; " } ?? "") + "decompressed by \(compression.rawValue)"
        }
        let opened = try Archive.openOrCreate(archive.path)
        opened.noteUpgrade()
        let run = try notes.logRun ?? LogImporter.nextRun(opened)
        notes.logRun = run
        let outcome = try LogImporter(opened, run: run).store(
            file.content.bytes, form, label: label, zone: zone.offset?.zone, from: provenance)
        if !outcome.isZoneKnown { notes.addUnzoned() }
        if let problem = file.content.problem {
            Console.note("xsarchive: \(file.path): only partly read: \(problem); the readable part is stored")
        }
        if talk.quiet { return }
        report(outcome, label, &table)
        if verbose {
            Console.flush()
            Console.note(
                "xsarchive: \(file.path): \(form.title), \(file.content.bytes.count) bytes, "
                    + "\(outcome.recordCount) records, \(outcome.otherCount) other lines")
        }
    }

    private func report(_ outcome: LogImporter.Outcome, _ label: ImageLabel, _ table: inout Table) {
        if output.format == .text {
            let lines = outcome.lineCount == 1 ? "1 line" : "\(outcome.lineCount) lines"
            Console.print(
                "log:\(outcome.logID)  \(Escape.printable(label.name))  \(lines)  \(outcome.sha256)  "
                    + outcome.description)
            Console.flush()
        } else {
            table.add([
                .null, .string(label.name), .integer(outcome.lineCount), .string(outcome.sha256),
                .string(outcome.kind.rawValue), .integer(outcome.logID),
            ])
        }
    }
}

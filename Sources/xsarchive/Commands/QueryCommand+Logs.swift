import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

extension QueryCommand {
    /// Runs a query about the logs of the archive.
    func run(_ query: NamedQuery, onLogsWith values: inout [String: String]) throws {
        if image != nil { throw ArchiveError(.usage, "query \(query.name) reads logs; leave out -i") }
        let opened = try archive.open()
        if let log = values["log"], let reference = try LogReference(log) { values["log"] = String(reference.logID) }
        let statement = try query.prepare(opened, parameters: values, timeout: time.timeout)
        if let reason = try query.inapplicability(opened) {
            Console.note("xsarchive: \(query.name): \(reason)")
            return query.printInapplicable(reason, output.format)
        }
        if let id = values["log"].flatMap({ Int64($0) }) { _ = try ArchivedLog.log(id, opened) }
        for sentence in try query.logLimitations(opened, parameters: values) {
            Console.note("xsarchive: \(query.name): \(sentence)")
        }
        let count = try statement.printRows(
            format: output.format, expendable: NamedQuery.expendable, isSilentWhereEmpty: values["path"] != nil)
        guard count == 0, let path = values["path"] else { return }
        throw ArchiveError(
            .noSuchNode,
            "\(Escape.printable(path)): no log has what query \(query.name) looks for; "
                + "'xsarchive logs' shows when they begin and end")
    }
}

import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The handshakes of devices, by the query `log_handshake`.
struct ReportHandshakes {
    private static let mostDevices = 500
    private static let mostSteps = 60

    /// One row a device that a log has: its place among the devices, whether earlier steps are
    /// left out, and the steps up to the image: time, log, side, domid, connection, state, seconds
    /// since the step before, outcome.
    private(set) var rows: [JSON] = []

    /// - Throws: the errors of reading the archive.
    init(_ logs: ReportLogs, _ devices: ReportDevices, _ tree: ReportTree) throws {
        let query = try NamedQuery.named("log_handshake")
        for (place, device) in devices.devices.enumerated() {
            guard rows.count < Self.mostDevices else { break }
            guard let path = device.frontend.flatMap(tree.path) else { continue }
            var steps: [JSON] = []
            for logID in logs.logIDs {
                var parameters = [
                    "path": String(decoding: path, as: UTF8.self), "log": String(logID),
                    "until": logs.image.label.capturedAt ?? logs.image.importedAt, "top": String(Self.mostSteps + 1),
                ]
                if let backend = device.backend.flatMap(tree.path) {
                    parameters["backend"] = String(decoding: backend, as: UTF8.self)
                }
                let statement = try query.prepare(logs.archive, parameters: parameters)
                while try statement.step() { steps.append(Self.step(statement)) }
            }
            guard !steps.isEmpty else { continue }
            let shown = steps.suffix(Self.mostSteps)
            rows.append(
                .array([.integer(Int64(place)), .bool(steps.count > shown.count), .array(Array(shown))]))
        }
    }

    var json: JSON { .array(rows) }

    private static func step(_ row: Statement) -> JSON {
        func number(_ column: Int) -> JSON { row.isNull(column) ? .null : .integer(row.integer(column)) }
        func text(_ column: Int) -> JSON { row.isNull(column) ? .null : .string(Escape.printable(row.octets(column))) }
        let seconds: JSON = if case .real(let number) = row.value(8) { .real(number) } else { .null }
        return .array([text(2), number(0), text(3), number(4), text(5), text(6), seconds, text(9)])
    }
}

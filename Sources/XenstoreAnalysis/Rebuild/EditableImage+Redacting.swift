import ArchiveSQL
import XenstoreArchive
import XenstoreStream

extension EditableImage {
    /// Replaces the secrets, and adds each to `alterations`.
    mutating func redact(_ redactor: Redactor, _ alterations: inout Alterations) {
        for index in records.indices {
            let redacted = redactor.redact(records[index], byteOrder: format.byteOrder)
            guard redacted != records[index] else { continue }
            switch redacted {
            case .node(let data):
                alterations.add(.redacted, "\(Escape.printable(data.path.octets)), \(data.value.count) bytes")
            case .connection(let data): alterations.add(.redacted, "the buffers of connection \(data.connID)")
            case .opaque(let data):
                alterations.add(.redacted, "\(data.body.count) bytes of a record \(data.type.name)")
            default: break
            }
            records[index] = redacted
        }
    }
}

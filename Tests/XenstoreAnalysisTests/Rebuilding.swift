import TestSupport
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// Streams made from records, and what they hold.
enum Rebuilding {
    static func image(_ records: [RecordBody], _ layout: Layout = .v1) -> EditableImage {
        EditableImage(records, format: StreamFormat(layout: layout))
    }

    static func run(
        _ records: [RecordBody], _ layout: Layout = .v1, _ plan: Rebuild = Rebuild()
    ) throws -> RebuiltStream {
        try plan.run(image(records, layout))
    }
}

extension RebuiltStream {
    /// The records, without END.
    var bodies: [RecordBody] {
        get throws {
            var bodies: [RecordBody] = []
            try image.forEachItem {
                if case .record(let record) = $1, record.type != .end { bodies.append(record.body) }
            }
            return bodies
        }
    }

    var kinds: Set<Alteration.Kind> {
        Set(alterations.all.map(\.kind))
    }
}

/// Global data and domain 0's ring, without which no daemon restores anything, and the root.
let host: [RecordBody] = [.global(GlobalData(rwSocketFD: 3, secondFD: 6)), ring(1, of: 0)]

import ArchiveSQL
import XenstoreAnalysis
import XenstoreArchive

/// What other programs need to run the named queries and to read the views by themselves: SQL,
/// parameters, and columns with types; one JSON object.
struct QueryCatalog {
    let queries: [NamedQuery]

    var json: JSON {
        .object([
            ("schema", .integer(Int64(ArchiveSQL.schemaVersion))),
            ("queries", .array(queries.map(description))),
            (
                "views",
                .array(
                    zip(ArchiveSQL.viewComments, ArchiveSQL.viewColumns).map { comment, columns in
                        .object([
                            ("name", .string(comment.view)), ("meaning", .string(comment.comment)),
                            ("columns", list(columns.columns)),
                        ])
                    })
            ),
        ])
    }

    private func description(_ query: NamedQuery) -> JSON {
        .object([
            ("name", .string(query.name)), ("group", .string(query.group)), ("title", .string(query.title)),
            ("why", .string(query.why)), ("severity", .string(query.header.severity.rawValue)),
            ("needs", .array(query.header.needs.map { .string($0.name) })),
            ("subject", .array(query.header.subject.map(JSON.string))),
            ("parameters", .array(query.parameters.map(description))),
            ("columns", list(query.header.typedColumns)), ("sql", .string(query.sql)),
        ])
    }

    private func description(_ parameter: NamedQuery.Parameter) -> JSON {
        .object([
            ("name", .string(parameter.name)), ("type", .string(parameter.isInteger ? "integer" : "text")),
            ("optional", .bool(!parameter.isRequired)), ("meaning", .string(parameter.help)),
        ])
    }

    private func list(_ columns: [TypedColumn]) -> JSON {
        .array(columns.map { .object([("name", .string($0.name)), ("type", .string($0.type.rawValue))]) })
    }
}

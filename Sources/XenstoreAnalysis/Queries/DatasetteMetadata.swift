import ArchiveSQL

/// Datasette's metadata for an archive, so that Datasette shows the named queries and describes the
/// views: YAML for `datasette xsarchive.db -m metadata.yaml`.
///
/// Datasette passes every parameter as text, and an empty one as an empty text. The SQL is adapted:
/// a number is cast to an integer, and an empty parameter becomes the default, for an image the
/// newest.
public enum DatasetteMetadata {
    /// The metadata as YAML.
    /// - Parameter database: Datasette's name for the archive: the file name without `.db`.
    public static func yaml(database: String) -> String {
        var lines = [
            "title: Images of xenstored's state",
            "description: An archive of xsarchive. Start with the views images, nodes and domains, or with a named "
                + "query.",
            "databases:",
            "  \(quoted(database)):",
            "    tables:",
        ]
        for (table, column) in labels { lines += ["      \(table):", "        label_column: \(column)"] }
        for (view, comment) in ArchiveSQL.viewComments where !comment.isEmpty {
            lines +=
                ["      \(view):", "        description: \(quoted(comment))"]
                + (machinery.contains(view) ? ["        hidden: true"] : [])
        }
        lines.append("    queries:")
        for query in NamedQuery.all { lines += entry(query) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The column that labels a row if another table refers to it.
    private static let labels = [
        ("image", "name"), ("stream", "sha256"), ("path", "path"), ("permset", "perms"), ("chain", "layout"),
    ]

    /// Views that serve only other views.
    private static let machinery: Set<String> = [
        "image_gen", "committed_details", "account_entries", "octet_table", "image_turns", "message_buffers", "digits",
        "node_steps", "observed_steps", "observed_runs", "generation_steps", "node_runs", "domain_runs", "image_reach",
        "detail_knowledge", "tree_domains", "writer_signs",
        "target_images", "access_cases", "root_permsets", "node_places", "permset_access", "guest_writable",
        "image_rules",
    ]

    private static func entry(_ query: NamedQuery) -> [String] {
        var lines = [
            "      \(query.name):",
            "        title: \(quoted("\(query.name): \(query.title)"))",
            "        description: \(quoted(description(query)))",
        ]
        if !query.parameters.isEmpty {
            lines += ["        params:"] + query.parameters.map { "        - \($0.name)" }
        }
        lines.append("        sql: |-")
        let body = query.sql.split(separator: "\n", omittingEmptySubsequences: false).drop { $0.hasPrefix("--") }
        var sql = body.joined(separator: "\n")
        while let last = sql.last, last == "\n" || last == ";" || last == " " { sql.removeLast() }
        return lines
            + rewritten(sql, query).split(separator: "\n", omittingEmptySubsequences: false).map { "          " + $0 }
    }

    private static func description(_ query: NamedQuery) -> String {
        let why = query.why.prefix(1).uppercased() + query.why.dropFirst() + "."
        let parameters = query.parameters.map {
            "\($0.name): \(imageDefault($0))\(help($0))."
        }
        let see = query.references.isEmpty ? [] : ["See \(query.references)."]
        return ([why] + query.header.remarks + see + parameters).joined(separator: " ")
    }

    private static func imageDefault(_ parameter: NamedQuery.Parameter) -> String {
        guard parameter.isImage, parameter.isRequired else { return "" }
        return "(default \(parameter.name == "before_id" ? "the previous one" : "the newest")) "
    }

    private static func help(_ parameter: NamedQuery.Parameter) -> String {
        parameter.isImage && parameter.help.hasPrefix("(required) ")
            ? String(parameter.help.dropFirst("(required) ".count)) : parameter.help
    }

    /// The SQL with each parameter in the form that Datasette needs. Comments and string literals
    /// are unchanged.
    private static func rewritten(_ sql: String, _ query: NamedQuery) -> String {
        var result = ""
        var rest = Substring(sql)
        while let first = rest.first {
            var taken = rest.prefix(1)
            if rest.hasPrefix("--") {
                taken = rest.prefix { $0 != "\n" }
            } else if first == "'" {
                taken = rest.prefix(1 + rest.dropFirst().prefix { $0 != "'" }.count + 1)
            } else if first == ":" {
                let name = rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                taken = rest.prefix(1 + name.count)
                rest = rest.dropFirst(taken.count)
                result += query.parameters.first { $0.name == name }.map(expression) ?? String(taken)
                continue
            }
            result += taken
            rest = rest.dropFirst(taken.count)
        }
        return result
    }

    private static func expression(_ parameter: NamedQuery.Parameter) -> String {
        let given = "nullif(:\(parameter.name), '')"
        guard parameter.isInteger else { return given }
        let number = "CAST(\(given) AS INTEGER)"
        guard parameter.isImage, parameter.isRequired else { return number }
        func newest(_ condition: String) -> String {
            "SELECT image_id FROM observations \(condition)ORDER BY instant DESC, image_id DESC LIMIT 1"
        }
        let image = parameter.name == "before_id" ? newest("WHERE image_id <> (\(newest(""))) ") : newest("")
        return "coalesce(\(number), (\(image)))"
    }

    /// A text as a double-quoted YAML string.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// How an image was made from another, for the custody log.
struct RebuildSteps {
    let plan: Rebuild
    let parent: ImageSource
    let alterations: Alterations

    /// The parent as the log records it.
    var source: String? {
        switch parent.origin {
        case .archive(_, let image): "@\(image.imageID)"
        case .file: Provenance.file(parent.name).source
        }
    }

    /// One object: the parent's digest, the steps in order, and what they lost and changed.
    var json: JSON {
        let lines = alterations.lines
        return .object([
            ("parent_sha256", .string(parent.sha256)),
            ("steps", .array(plan.selections.map(Self.json) + plan.edits.map(Self.json) + form)),
            ("lost", .integer(Int64(alterations.lossCount))),
            ("alterations", .array(lines.map(JSON.string))),
        ])
    }

    private static func json(_ selection: Selection) -> JSON {
        switch selection {
        case .domain(let domid): .object([("domain", .integer(Int64(domid)))])
        case .subtree(let path): .object([("subtree", .bytes(path))])
        }
    }

    private static func json(_ edit: Edit) -> JSON {
        switch edit {
        case .drop(let what): .object([("drop", .string(what.rawValue))])
        case .remove(let path): .object([("remove", .bytes(path))])
        case .set(let path, let value): .object([("set", .bytes(path)), ("value", .bytes(value))])
        case .setPerms(let path, let perms):
            .object([("set_perms", .bytes(path)), ("perms", .string(PermissionList.text(perms)))])
        }
    }

    private var form: [JSON] {
        let words = [
            ("layout", plan.form.layout?.rawValue), ("byte_order", plan.form.byteOrder?.rawValue),
            ("length_rule", plan.form.lengthRule?.rawValue),
        ]
        return words.compactMap { name, word in word.map { .object([(name, .string($0))]) } }
    }
}

import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// How an image was made from another, for the custody log.
struct RebuildSteps {
    private let plan: Rebuild
    private let alterations: Alterations
    /// The parent as the log records it.
    private let source: String?
    private let parentSHA256: String?

    /// - Parameters:
    ///   - plan: the steps.
    ///   - parent: the image that was rebuilt.
    ///   - alterations: what the steps lost and changed.
    init(_ plan: Rebuild, parent: ImageSource, _ alterations: Alterations) {
        (self.plan, self.alterations) = (plan, alterations)
        parentSHA256 = parent.sha256
        switch parent.origin {
        case .archive(_, let image): source = "@\(image.imageID)"
        case .file, .unchecked: source = Provenance.file(parent.name).source
        }
    }

    /// - Parameters:
    ///   - plan: the steps.
    ///   - workspace: the file of the workspace from which the image was built.
    ///   - parentSHA256: the digest of the image that was checked out, as the workspace says it.
    ///   - alterations: what the steps lost and changed.
    init(_ plan: Rebuild, workspace: String, parentSHA256: String?, _ alterations: Alterations) {
        (self.plan, self.alterations) = (plan, alterations)
        self.parentSHA256 = parentSHA256
        source = Provenance.file(workspace).source
    }

    /// The custody log's entry.
    var provenance: Provenance {
        Provenance(.rebuild, source: source, note: json.text)
    }

    /// One object: the parent's digest, the steps in order, and what they lost and changed.
    private var json: JSON {
        let lines = alterations.lines
        return .object([
            ("parent_sha256", JSON.optional(parentSHA256)),
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

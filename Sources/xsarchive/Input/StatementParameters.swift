import XenstoreArchive
import XenstoreStream

/// The values that a user gives for the parameters of SQL of their own.
struct StatementParameters {
    /// The image that -i names; nil: none was given.
    let imageID: Int64?
    /// Whether -i names an image of the archive, not a file, which alone is in its archive.
    let isArchived: Bool
    /// The values of -P by key.
    let values: [String: String]

    /// The parameters that are images by the names that they have in queries.
    private static let images: Set = ["image_id", "before_id", "after_id"]

    /// Binds every parameter of the statement.
    /// - Throws: `ArchiveError` with code `missingParameter` or `usage` if a parameter has no
    ///   value, or a value no parameter; with code `noSuchImage` if there is no such image.
    func bind(_ statement: Statement, in archive: Archive) throws {
        let names = statement.parameterNames
        let keys = names.map { String($0.dropFirst()) }
        guard names.count == statement.parameterCount, names.allSatisfy({ !$0.hasPrefix("?") }) else {
            throw ArchiveError(
                .usage, "the SQL has a parameter without a name; name it, like :path, and give it with -P path=...")
        }
        try refuseUnused(keys)
        for (name, key) in zip(names, keys) {
            guard let index = statement.parameterIndex(name) else { continue }
            if key == "image_id", let imageID {
                try statement.bind(index, imageID)
            } else if let value = values[key] {
                try bind(statement, index, key, value, archive)
            } else {
                throw missing(name, key, archive)
            }
        }
    }

    private func refuseUnused(_ keys: [String]) throws {
        if imageID != nil && values["image_id"] != nil {
            throw ArchiveError(.usage, "the image is given twice; give either -i or -P image_id")
        }
        if isArchived && !keys.contains("image_id") {
            throw ArchiveError(
                .usage, "the SQL has no parameter :image_id for -i; write WHERE image_id = :image_id, or leave out -i")
        }
        for key in values.keys.sorted() where !keys.contains(key) {
            throw ArchiveError(
                .usage, "the SQL has no parameter \(key)",
                suggestion: Nearest.suggestion(key, among: keys) ?? "write it as :\(key), or leave out -P \(key)")
        }
    }

    /// A whole number is bound as INTEGER, everything else as TEXT; quotes make it TEXT.
    private func bind(
        _ statement: Statement, _ index: Int, _ key: String, _ value: String, _ archive: Archive
    ) throws {
        if Self.images.contains(key), let id = try archive.imageID(named: value) {
            try statement.bind(index, id)
        } else if let number = Int64(value), String(number) == value {
            try statement.bind(index, number)
        } else if value.count > 1, value.first == "'", value.last == "'" {
            try statement.bind(index, String(value.dropFirst().dropLast()))
        } else {
            try statement.bind(index, value)
        }
    }

    private func missing(_ name: String, _ key: String, _ archive: Archive) -> ArchiveError {
        if name.hasPrefix("@"), let reference = try? ImageReference(name), (try? archive.image(reference)) != nil {
            return ArchiveError(
                .usage, "the SQL has \(name), which is a parameter to SQL and not an image",
                suggestion: Self.advice(about: name))
        }
        return ArchiveError(.missingParameter, "the SQL has the parameter \(name), which has no value", subject: key)
    }

    /// How to name an image to SQL.
    static func advice(about reference: String) -> String {
        "write image_id = :image_id, and give the image with -i \(reference)"
    }
}

import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Whether secrets are to be replaced, and which.
struct RedactOptions: ParsableArguments {
    @Flag(
        help:
            "Replace the values of secret nodes: passwords, tokens, keys, as secret_paths.txt (in schema/, installed beside the queries) lists them."
    )
    var redact = false

    @Option(
        help: "A file with more patterns of secret paths, one a line, as in SQL's GLOB; goes with --redact.",
        completion: .file())
    var redactList: String?

    @Option(
        help:
            "A file with a key: secrets become digits of a keyed hash, and equal ones stay equal; goes with --redact.",
        completion: .file())
    var redactKey: String?

    func validate() throws {
        if !redact && (redactList != nil || redactKey != nil) {
            throw ValidationError("--redact-list and --redact-key go with --redact.")
        }
    }

    /// Nil where nothing is to be replaced.
    /// - Parameter showsChanges: whether equal secrets must be told from others also where no key is given: the key is then a random one.
    func redactor(showsChanges: Bool) throws -> Redactor? {
        guard redact else { return nil }
        var patterns = Redactor.shippedPatterns
        if let redactList {
            patterns += Redactor.patterns(String(decoding: try FileContent(of: redactList).bytes, as: UTF8.self))
        }
        if let redactKey {
            let key = try FileContent(of: redactKey).bytes
            guard key.count >= 16 else {
                throw ArchiveError(
                    .usage,
                    "\(redactKey): has \(key.count) bytes; a key has at least 16, like those of 'head -c 32 /dev/urandom'"
                )
            }
            return Redactor(patterns: patterns, form: .keyedHash(key: key))
        }
        return Redactor(patterns: patterns, form: showsChanges ? .keyedHash(key: KeyedHash.randomKey()) : .mask)
    }
}

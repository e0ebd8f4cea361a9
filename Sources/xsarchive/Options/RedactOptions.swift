import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Whether secrets are replaced, and which.
struct RedactOptions: ParsableArguments {
    @Flag(
        help:
            """
            Replace the values of secret nodes (passwords, tokens, keys) and all bytes that nothing explains; \
            secret_paths.txt in schema/, installed with the queries, lists the nodes.
            """
    )
    var redact = false

    @Option(
        help: "A file with more patterns of secret paths, one per line, as in SQL's GLOB; requires --redact.",
        completion: .file())
    var redactList: String?

    @Option(
        help:
            "A file with a key: secrets become digits of a keyed hash, and equal ones stay equal; requires --redact.",
        completion: .file())
    var redactKey: String?

    func validate() throws {
        if !redact && (redactList != nil || redactKey != nil) {
            throw ValidationError("--redact-list and --redact-key require --redact.")
        }
    }

    /// The redactor; nil if nothing is replaced.
    /// - Parameter showsChanges: whether equal and different secrets must be distinguishable.
    ///   Without a given key, this takes a random one.
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
                    "\(redactKey): has \(key.count) bytes; a key needs at least 16, make one with 'head -c 32 "
                        + "/dev/urandom'"
                )
            }
            return Redactor(patterns: patterns, form: .keyedHash(key: key))
        }
        return Redactor(patterns: patterns, form: showsChanges ? .keyedHash(key: KeyedHash.randomKey()) : .mask)
    }
}

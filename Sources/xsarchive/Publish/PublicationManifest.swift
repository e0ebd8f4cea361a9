import XenstoreArchive
import XenstoreStream

/// The list of what has been published into a directory: a JSON object a line, one for each part of
/// a run. What is in the other files beyond what the last line says is of a run that was stopped.
struct PublicationManifest {
    static let name = "manifest.jsonl"
    /// The version of the files' layout.
    static let layout: Int64 = 1

    private let file: AppendedFile
    private let path: String
    /// The bytes of each file that are complete.
    private(set) var sizes: [PublishedRelation: Int] = [:]
    /// The steps that are published, by the identity of their archive.
    private(set) var published: [String: Set<PublishedStep.Key>] = [:]
    /// The segments of logs that are published, by the identity of their archive: the SHA-256 of
    /// each by its id, as the id of a log that was removed may be used again.
    private(set) var segments: [String: [Int64: String]] = [:]

    /// Opens the manifest of a directory, or creates it, and keeps it until the end of the process.
    /// - Throws: `ArchiveError` if it cannot be read, or is not one, or another process has it.
    init(directory: String) throws {
        path = directory + "/" + Self.name
        file = try AppendedFile(path: path)
        let bytes = try file.contents()
        // SQLite reads JSON; nothing else here does.
        let reader = try JSONReader()
        var start = 0
        var number = 0
        while let end = bytes[start...].firstIndex(of: ASCII.newline) {
            number += 1
            try add(bytes[start..<end], number, reader)
            start = end + 1
        }
        // A line without an end is of a run that was stopped.
        if start < bytes.count { try file.truncate(to: start) }
    }

    private mutating func add(_ line: Octets, _ number: Int, _ reader: JSONReader) throws {
        guard try reader.load(line), try reader.integer("$.layout") == Self.layout,
            let identity = try reader.text("$.archive_id")
        else {
            throw ArchiveError(
                .file,
                "\(path): line \(number) is not of a publication with layout \(Self.layout); give another directory, "
                    + "or remove this line and all after it")
        }
        for relation in PublishedRelation.allCases {
            if let size = try reader.integer("$.files.\"\(relation.file)\".size") { sizes[relation] = Int(size) }
        }
        try reader.forEach("$.steps", "image_id", "seen_at") { imageID, seenAt in
            published[identity, default: []].insert(PublishedStep.Key(imageID: imageID, seenAt: seenAt))
        }
        try reader.forEach("$.segments", "segment_id", "sha256") { segmentID, sha256 in
            segments[identity, default: [:]][segmentID] = sha256
        }
    }

    /// Appends a line; it is on the disk when this returns.
    func append(_ line: JSON) throws {
        try file.append(Octets((line.text + "\n").utf8))
        try file.sync()
    }
}

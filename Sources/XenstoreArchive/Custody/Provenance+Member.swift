import XenstoreStream

extension Provenance {
    /// The import of a member of a container: the source is the container's absolute path and the
    /// member's, and the note has the SHA-256 of both, and of the containers between them.
    /// - Throws: `ArchiveError` if the container's file cannot be read.
    public static func member(_ member: ContainerMember) throws -> Provenance {
        let file = Provenance.file(member.levels.first?.path ?? "").source ?? ""
        let digests = try member.levels.enumerated().map { index, level in
            "\(index == 0 ? file : level.path) \(try level.sha256())"
        }
        return Provenance(
            source: "\(file)\(ContainerMember.separator)\(member.reference)",
            note: "SHA-256 of the files: \(digests.joined(separator: ", "))")
    }
}

import XenstoreArchive

/// The image in a container that a command means which reads one image.
enum ContainedImage {
    /// The most members that an error lists.
    private static let mostNames = 5

    /// The member that a path names: as `FILE!MEMBER`, or as the file of a container that holds one
    /// image.
    /// - Returns: nil if the path names a file that is not a container, or that can be read only
    ///   once.
    static func member(_ path: String, _ limits: ContainerLimits, keepingPart: Bool) throws -> ContainerMember? {
        if let reference = MemberReference(path) { return try reference.find(limits, keepingPart: keepingPart) }
        guard path != "-", FileIO.exists(path), let container = try Container(path: path) else { return nil }
        return try only(container, limits, keepingPart: keepingPart)
    }

    /// The only image in a container.
    /// - Throws: `ArchiveError` that lists the images if there are several, or says that there is
    ///   none.
    static func only(_ container: Container, _ limits: ContainerLimits, keepingPart: Bool) throws -> ContainerMember {
        var first: ContainerMember?
        var names: [String] = []
        var count = 0
        var failure: ArchiveError?
        container.forEachItem(limits: limits, keepingParts: keepingPart) { item in
            switch item {
            case .member(let member):
                count += 1
                guard ImageFile.isImage(member.content.bytes) else { break }
                if first == nil { first = member }
                names.append(member.reference)
            case .passedOver: count += 1
            case .failure(let error): failure = failure ?? error
            }
        }
        if names.count > 1 { throw severalImages(container, names) }
        if let failure, first == nil || !keepingPart { throw failure }
        guard let first else { throw noImage(container, among: count) }
        if let excess = first.excess { throw excess }
        return first
    }

    private static func severalImages(_ container: Container, _ names: [String]) -> ArchiveError {
        let listed = names.prefix(mostNames).joined(separator: ", ")
        let rest = names.count > mostNames ? " and \(names.count - mostNames) more" : ""
        return ArchiveError(
            .file,
            "\(container.path): the \(container.form.rawValue) contains \(names.count) images: \(listed)\(rest); "
                + "name one like '\(container.path)!\(names.first ?? "")', or import all with 'xsarchive import'")
    }

    /// The error for a container without an image.
    /// - Parameter count: the number of its members.
    static func noImage(_ container: Container, among count: Int) -> ArchiveError {
        let what =
            count == 0
            ? "has no members"
            : count == 1 ? "has no image, only another file" : "has no image among its \(count) members"
        return ArchiveError(
            .badImage, "\(container.path): the \(container.form.rawValue) \(what); check that it is the right file")
    }
}

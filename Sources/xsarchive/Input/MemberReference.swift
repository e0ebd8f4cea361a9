import XenstoreArchive

/// A member of a container as an argument names it: `FILE!MEMBER`.
struct MemberReference {
    /// The container's file.
    let file: String
    /// The member, as `ContainerMember.reference` has it.
    let member: String

    /// - Returns: nil if a file has exactly this name, or if no file is named before a separator.
    init?(_ argument: String) {
        guard argument.contains(ContainerMember.separator), !FileIO.exists(argument) else { return nil }
        for index in argument.indices where argument[index] == ContainerMember.separator {
            let file = String(argument[..<index])
            if FileIO.exists(file), !FileTree.isFolder(file) {
                self.file = file
                member = String(argument[argument.index(after: index)...])
                return
            }
        }
        return nil
    }

    /// The member with this name, the last one if there are several, as if all were extracted.
    func find(_ limits: ContainerLimits, keepingPart: Bool) throws -> ContainerMember {
        guard let container = try Container(path: file) else {
            throw ArchiveError(.file, "\(file): not a tar or zip, so it has no member \(member); name the file alone")
        }
        var found: ContainerMember?
        var failure: ArchiveError?
        var names: [String] = []
        container.forEachItem(limits: limits, keepingParts: keepingPart) { item in
            switch item {
            case .member(let member) where member.reference == self.member: found = member
            case .member(let member): names.append(member.reference)
            case .passedOver(let place, let why) where place == file + "!" + member:
                failure = failure ?? ArchiveError(.file, "\(place): cannot be read: \(why); extract it yourself")
            case .passedOver: break
            case .failure(let error): failure = failure ?? error
            }
        }
        guard let found else {
            throw failure
                ?? ArchiveError(
                    .file, "\(file): has no member \(member)",
                    suggestion: Nearest.suggestion(member, among: names, prefix: "") ?? "check the name")
        }
        if let excess = found.excess { throw excess }
        return found
    }
}

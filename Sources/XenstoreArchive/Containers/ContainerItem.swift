/// What is found in a container, in its order. Names are those of `ContainerMember.place`.
public enum ContainerItem {
    /// A regular file. Its content may be anything.
    case member(ContainerMember)
    /// A member that is not read, and why, as a clause.
    case passedOver(String, why: String)
    /// Why a member, or the rest of the container, could not be read.
    case failure(ArchiveError)
}

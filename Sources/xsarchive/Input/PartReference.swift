import XenstoreArchive

/// One of several listings in a text, as an argument names it: `FILE#2`.
struct PartReference {
    /// The file, or the member of a container.
    let file: String
    /// From 1.
    let number: Int

    /// - Returns: nil if a file has exactly this name, or the argument does not end in a number.
    init?(_ argument: String) {
        guard let sign = argument.lastIndex(of: "#"), !FileIO.exists(argument),
            let number = Int(argument[argument.index(after: sign)...]), number > 0
        else { return nil }
        let file = String(argument[..<sign])
        guard FileIO.exists(file) || MemberReference(file) != nil else { return nil }
        self.file = file
        self.number = number
    }
}

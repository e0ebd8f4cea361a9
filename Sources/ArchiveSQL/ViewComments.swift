extension ArchiveSQL {
    /// The comment before each view, with the view's name, in the order of the files.
    public static var viewComments: [(view: String, comment: String)] {
        var result: [(view: String, comment: String)] = []
        var comment: [Substring] = []
        for line in views.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("--") {
                comment.append(line.dropFirst(2).drop { $0 == " " })
                continue
            }
            if line.hasPrefix("CREATE VIEW ") {
                let name = line.dropFirst("CREATE VIEW ".count).prefix { $0 != " " && $0 != "(" }
                result.append((String(name), comment.joined(separator: " ")))
            }
            comment = []
        }
        return result
    }
}

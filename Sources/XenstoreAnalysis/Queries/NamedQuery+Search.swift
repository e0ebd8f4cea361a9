extension NamedQuery {
    /// The groups of queries, each with what its queries answer.
    public static let groups: [(name: String, question: String)] = [
        ("access", "who may read or write what"),
        ("connections", "who watches what, and who waits for what"),
        ("devices", "which devices are not as they should be"),
        ("domains", "which domains there are, and what identifies them"),
        ("leaks", "what is left of domains that are gone"),
        ("logs", "who did what, and when, in the logs of daemons"),
        ("memory", "what uses memory, and what is close to a limit"),
        ("structure", "what is wrong with the stream or the tree"),
        ("time", "what changed, and when"),
        ("transactions", "what open transactions have touched"),
    ]

    /// The queries about something.
    /// - Parameter words: each must occur in the name, title, group, reason, remarks, references,
    ///   columns or keywords of a query, in any case.
    public static func search(_ words: String) -> [NamedQuery] {
        let wanted = words.lowercased().split(separator: " ").map(Array.init)
        return wanted.isEmpty ? [] : all.filter { query in wanted.allSatisfy(query.contains) }
    }

    private func contains(_ word: [Character]) -> Bool {
        let texts = [name, title, group, why, references] + columns + header.keywords + header.remarks
        return texts.contains { text in
            let text = Array(text.lowercased())
            return text.indices.contains { text[$0...].starts(with: word) }
        }
    }
}

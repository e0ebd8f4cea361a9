/// A line at the start of a text.
struct TextLine {
    /// The line with its newline.
    let whole: Octets
    /// The line without its newline, and without a carriage return before that.
    let content: Octets

    init(startOf text: Octets) {
        whole = text[..<(text.firstIndex(of: ASCII.newline).map { $0 + 1 } ?? text.endIndex)]
        var content = whole
        if content.last == ASCII.newline { content = content.dropLast() }
        if content.last == ASCII.carriageReturn { content = content.dropLast() }
        self.content = content
    }

    /// The item for the record that the line means.
    func item(_ body: RecordBody) -> TextItem {
        TextItem(body: body, end: whole.endIndex, problem: nil)
    }

    /// The item for a line that is kept as it is.
    /// - Parameter problem: why it is unknown; nil if it is as it should be.
    func verbatim(_ problem: String? = nil) -> TextItem {
        TextItem(
            body: .opaque(OpaqueData(type: .textLine, body: whole)), end: whole.endIndex, problem: problem)
    }

    /// The item for what the line means by itself.
    func item(_ content: Content) -> TextItem {
        switch content {
        case .record(let body): item(body)
        case .unknown(let problem): verbatim(problem)
        }
    }

    /// What a line means.
    enum Content {
        case record(RecordBody)
        /// The line is unknown, and why.
        case unknown(String)
    }
}

/// A line at the start of a text.
struct TextLine {
    /// The line with what ends it.
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

    /// The record that the line is.
    func item(_ body: RecordBody) -> TextItem {
        TextItem(body: body, end: whole.endIndex, problem: nil)
    }

    /// The line as it is, which says nothing known.
    /// - Parameter problem: why; nil if it is as it should be.
    func verbatim(_ problem: String? = nil) -> TextItem {
        TextItem(
            body: .opaque(OpaqueData(type: .textLine, body: whole)), end: whole.endIndex, problem: problem)
    }

    /// What the line says by itself, or why it says nothing.
    func item(_ content: Content) -> TextItem {
        switch content {
        case .record(let body): item(body)
        case .unknown(let problem): verbatim(problem)
        }
    }

    /// What a line says.
    enum Content {
        case record(RecordBody)
        /// Nothing, and why.
        case unknown(String)
    }
}

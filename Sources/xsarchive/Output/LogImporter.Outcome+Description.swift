import XenstoreArchive

extension LogImporter.Outcome {
    /// What became of the file, as the outcome of an image says it.
    var kind: Importer.Outcome.Kind {
        isKnown ? .known : .stored
    }

    /// The same, in words.
    var description: String {
        if isKnown { return "already imported" }
        if newLineCount == lineCount { return "stored" }
        return newLineCount == 0 ? "all lines known" : "stored, \(newLineCount) lines are new"
    }
}

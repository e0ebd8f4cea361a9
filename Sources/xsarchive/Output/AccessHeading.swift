import XenstoreAnalysis

/// The line above an answer of `access`, which says for which daemon it is.
enum AccessHeading {
    /// - Parameters:
    ///   - writer: the daemon that wrote the image.
    ///   - asked: the daemon that the user asks for; nil: the one that wrote the image.
    ///   - isRestored: whether the answer is for after a restore.
    static func line(_ writer: ImageWriter, _ asked: DaemonRules?, _ isRestored: Bool) -> String {
        let restored = isRestored ? ", after it has restored the image" : ""
        if let asked { return "daemon: \(asked.title)\(restored), as asked for; written by \(writer.title)" }
        if !writer.isKnown { return "daemon: unknown (\(writer.evidence)); answers as \(writer.rules.title)" }
        return "daemon: \(writer.title), which wrote the image (\(writer.evidence))\(restored)"
    }
}

import XenstoreStream

/// The alterations of a rebuild, in the order in which they were found.
public struct Alterations: Sendable {
    /// The maximum number of alterations of one kind with their own line; a last line counts the
    /// rest.
    public static let linesPerKind = 100

    /// The first `linesPerKind` alterations of each kind.
    public private(set) var all: [Alteration] = []
    private var counts: [Alteration.Kind: Int] = [:]
    /// Whether no message shows bytes that nothing explains, because secrets are replaced.
    let hidesBytes: Bool

    /// Creates an empty list.
    /// - Parameter hidesBytes: whether no message shows bytes that nothing explains.
    public init(hidesBytes: Bool = false) {
        self.hidesBytes = hidesBytes
    }

    /// Adds an alteration.
    /// - Parameters:
    ///   - kind: what was lost or changed.
    ///   - message: the subject; evaluated only if it is kept.
    public mutating func add(_ kind: Alteration.Kind, _ message: @autoclosure () -> String) {
        let count = counts[kind, default: 0] + 1
        counts[kind] = count
        if count <= Self.linesPerKind { all.append(Alteration(kind: kind, message: message())) }
    }

    /// The number of alterations of a kind, including those without a line.
    public func count(_ kind: Alteration.Kind) -> Int {
        counts[kind, default: 0]
    }

    /// The total number of losses.
    public var lossCount: Int {
        counts.reduce(0) { $0 + ($1.key.isLoss ? $1.value : 0) }
    }

    /// One line for each alteration, losses first, and for each kind with more of them a line that
    /// counts the rest.
    public var lines: [String] {
        let (losses, changes) = (all.filter(\.kind.isLoss), all.filter { !$0.kind.isLoss })
        return (losses + changes).map(\.text) + Alteration.Kind.allCases.compactMap(rest)
    }

    /// The lines of losses alone.
    public var lossLines: [String] {
        all.filter(\.kind.isLoss).map(\.text) + Alteration.Kind.allCases.filter(\.isLoss).compactMap(rest)
    }

    /// The line that counts the alterations of a kind without their own line; nil if there are
    /// none.
    private func rest(_ kind: Alteration.Kind) -> String? {
        guard count(kind) > Self.linesPerKind else { return nil }
        return
            "\(kind.isLoss ? "lost" : "changed") \(kind.rawValue): \(count(kind) - Self.linesPerKind) more of this kind"
    }
}

import XenstoreStream

/// What is altered, in the order in which it was met.
public struct Alterations: Sendable {
    /// Of one kind so many are told one by one; a last line counts the rest.
    public static let linesPerKind = 100

    public private(set) var all: [Alteration] = []
    private var counts: [Alteration.Kind: Int] = [:]

    public init() {}

    /// - Parameters:
    ///   - kind: what has happened.
    ///   - message: what it is about; made only where it is kept.
    public mutating func add(_ kind: Alteration.Kind, _ message: @autoclosure () -> String) {
        let count = counts[kind, default: 0] + 1
        counts[kind] = count
        if count <= Self.linesPerKind { all.append(Alteration(kind: kind, message: message())) }
    }

    /// How many there are of a kind, told or counted.
    public func count(_ kind: Alteration.Kind) -> Int {
        counts[kind, default: 0]
    }

    /// How many losses there are in all.
    public var lossCount: Int {
        counts.reduce(0) { $0 + ($1.key.isLoss ? $1.value : 0) }
    }

    /// A line for each, losses first, and for each kind of which there are more a line that counts them.
    public var lines: [String] {
        let (losses, changes) = (all.filter(\.kind.isLoss), all.filter { !$0.kind.isLoss })
        let rest = Alteration.Kind.allCases.filter { count($0) > Self.linesPerKind }.map { kind in
            "\(kind.isLoss ? "lost" : "changed") \(kind.rawValue): and \(count(kind) - Self.linesPerKind) more of this kind"
        }
        return (losses + changes).map(\.text) + rest
    }
}

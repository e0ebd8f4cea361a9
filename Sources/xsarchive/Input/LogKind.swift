import XenstoreStream

/// The logs of xenstored that lie next to images, recognized by their first bytes.
enum LogKind {
    /// What oxenstored did for whom, a line each.
    case accessLog
    /// What the C xenstored received and sent.
    case traceLog

    /// The time at the beginning of a line of an access log: a digit for each `0`.
    private static let timePattern = Array("[00000000T00:00:00.000Z]  ".utf8)
    /// What the C xenstored writes whenever it opens the file.
    private static let traceBeginning = Array("\n***\n".utf8)

    /// - Parameter start: the first bytes of a file.
    init?(_ start: [UInt8]) {
        let time = zip(start, Self.timePattern)
        if start.count >= Self.timePattern.count,
            time.allSatisfy({ $1 == ASCII.zero ? ASCII.isDigit($0) : $0 == $1 })
        {
            self = .accessLog
        } else if start.starts(with: Self.traceBeginning) {
            self = .traceLog
        } else {
            return nil
        }
    }

    /// Why such a file is not imported, as a clause.
    var reason: String {
        switch self {
        case .accessLog: "an access log of oxenstored"
        case .traceLog: "a trace log of xenstored"
        }
    }
}

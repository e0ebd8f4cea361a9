import ArgumentParser
import XenstoreClient

/// How `capture` gets an image.
enum CaptureWay: String, CaseIterable, ExpressibleByArgument {
    case auto, walk, transaction, signal
    case liveUpdate = "live-update"

    /// How the nodes are read; nil: the daemon writes its state itself.
    var method: CaptureMethod? {
        switch self {
        case .auto: .auto
        case .walk: .walk
        case .transaction: .transaction
        case .signal, .liveUpdate: nil
        }
    }
}

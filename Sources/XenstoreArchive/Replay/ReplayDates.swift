import XenstoreStream

/// Since when paths of a replayed store differ from an image.
final class ReplayDates {
    private struct State {
        /// The first step after the last time that they were the same; the last step if they never
        /// were.
        var step: Replayer.Step?
        var wasSame = false
        var isDifferent = false
    }

    private let image: StoreState
    private var states: [Octets: State]

    init(_ paths: [Octets], _ image: StoreState) {
        self.image = image
        states = Dictionary(paths.map { ($0, State()) }, uniquingKeysWith: { first, _ in first })
    }

    /// Looks at the store after a change.
    func look(_ step: Replayer.Step, _ store: StoreState) {
        for path in states.keys where step.path.map({ ReplayTouched.concerns($0, path) }) ?? true {
            guard case .different = ReplayVerdict(path, store, image) else {
                states[path]?.isDifferent = false
                states[path]?.wasSame = true
                continue
            }
            guard let state = states[path], !(state.wasSame && state.isDifferent) else { continue }
            states[path]?.step = step
            states[path]?.isDifferent = true
        }
    }

    /// The step after which a path is different; nil: none was about it.
    func step(_ path: Octets) -> Replayer.Step? {
        states[path]?.step
    }
}

import XenstoreStream

/// Since when paths of a replayed store differ from an image.
final class ReplayDates {
    private struct State {
        /// The first step after the last time that they were the same; the last step if they never
        /// were.
        var step: Replayer.Step?
        var wasSame = false
        var isDifferent = false
        /// What was at the path, without what is below it; nil: no node.
        var last: StoreNode?
    }

    private let image: StoreState
    private var states: [Octets: State]

    /// - Parameters:
    ///   - store: the store before the replay.
    ///   - image: what it is compared with.
    init(_ paths: [Octets], _ store: StoreState, _ image: StoreState) {
        self.image = image
        states = Dictionary(
            paths.map { path in
                var state = State()
                if case .same = ReplayVerdict(path, store, image) { state.wasSame = true }
                state.last = store.nodes[path]?.alone
                return (path, state)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Looks at the store after a change.
    func look(_ step: Replayer.Step, _ store: StoreState) {
        for path in states.keys where step.path.map({ ReplayTouched.concerns($0, path) }) ?? true {
            guard var state = states[path] else { continue }
            let now = store.nodes[path]?.alone
            // A request about a node below changes a node only if it makes it.
            let isAbout = step.path.map { Path.isAtOrBelow(path, $0) } ?? false
            if isAbout || now != state.last { Self.look(step, ReplayVerdict(path, store, image), &state) }
            state.last = now
            states[path] = state
        }
    }

    private static func look(_ step: Replayer.Step, _ verdict: ReplayVerdict, _ state: inout State) {
        guard case .different = verdict else {
            state.isDifferent = false
            state.wasSame = true
            return
        }
        if !(state.wasSame && state.isDifferent) { state.step = step }
        state.isDifferent = true
    }

    /// The step after which a path is different; nil: none was about it.
    func step(_ path: Octets) -> Replayer.Step? {
        states[path]?.step
    }
}

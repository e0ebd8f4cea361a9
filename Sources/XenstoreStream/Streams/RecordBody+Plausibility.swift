extension RecordBody {
    /// Whether a daemon writes such a record; chance and wrong layouts hardly ever produce one.
    var isPlausible: Bool {
        switch self {
        case .connection(let data):
            data.kind != .unknown && data.fields <= 1 && data.connID != 0
        case .watch(let data):
            isPlausible(data)
        case .watchExtended(let data):
            isPlausible(data.watch) && data.depthPad == 0
        case .transaction(let data):
            data.connID != 0
        case .node(let data):
            isPlausibleExceptLetters && data.perms.allSatisfy { Permission.isLetter($0.perm) }
        default:
            true
        }
    }

    /// Whether a node would be plausible with other letters in its permissions.
    var isPlausibleExceptLetters: Bool {
        guard case .node(let data) = self else { return false }
        return isPlausible(data.path) && Path.isFixed(data.path.octets)
    }

    private func isPlausible(_ watch: WatchData) -> Bool {
        watch.connID != 0 && isPlausible(watch.wpath) && watch.token.isTerminated
    }

    /// Terminated, not empty, and without a control character or a space as its first byte.
    private func isPlausible(_ string: TerminatedString) -> Bool {
        string.isTerminated && string.octets.first.map { $0 > ASCII.space } == true
    }
}

extension RecordBody {
    /// Whether a daemon writes such a record; chance and wrong layouts hardly ever produce one.
    var isPlausible: Bool {
        switch self {
        case .connection(let data):
            data.kind != .unknown && data.fields <= 1 && data.connID != 0
        case .watch(let data):
            data.isPlausible
        case .watchExtended(let data):
            data.watch.isPlausible && data.depthPad == 0
        case .transaction(let data):
            data.connID != 0
        case .node(let data):
            data.path.isPlausible && Path.isFixed(data.path.octets)
                && data.perms.allSatisfy { Permission.isLetter($0.perm) }
        default:
            true
        }
    }
}

extension WatchData {
    fileprivate var isPlausible: Bool {
        connID != 0 && wpath.isPlausible && token.isTerminated
    }
}

extension TerminatedString {
    /// Terminated, not empty, and without a control character or a space as its first byte.
    fileprivate var isPlausible: Bool {
        isTerminated && octets.first.map { $0 > ASCII.space } == true
    }
}

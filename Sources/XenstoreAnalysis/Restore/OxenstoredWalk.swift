import XenstoreArchive
import XenstoreStream

/// Reads oxenstored's text as that daemon does, line by line.
///
/// What the daemon does with a line was observed: the daemon of Xen 4.17 restored some 40 odd and
/// broken texts and wrote its state again. It skips every line that it cannot use, logs that, and
/// continues.
struct OxenstoredWalk {
    private(set) var events: [RestoreForecast.Event] = []
    private var counts: [RestoreForecast.Effect: Int] = [:]
    private let image: ScannedImage
    private let text: TextImage?

    private var record = 0
    private var hasListener = false
    private var hasDevice = false
    private var connections: Set<UInt32> = []
    private var watches: Set<WatchData> = []
    private var paths: Set<Octets> = [Octets("/".utf8)]

    init(_ image: ScannedImage) {
        self.image = image
        text = image.text
    }

    private mutating func note(_ effect: RestoreForecast.Effect, _ message: String) {
        // More than 100 events of one kind are of no use.
        guard counts[effect, default: 0] < RestoreForecast.mostEvents else { return }
        counts[effect, default: 0] += 1
        let place = text?.places.dropFirst(record - 1).first ?? 0
        events.append(RestoreForecast.Event(effect: effect, offset: place, record: record, message: message))
    }

    mutating func run() throws {
        let header = Octets("$xenstored-dump-format\n".utf8)
        guard let text, text.text.starts(with: header) else {
            record = 1
            return note(
                .dies, "refuses a file whose first line is not exactly \(Escape.quoted(header.dropLast())), and exits")
        }
        try image.forEachItem { _, item in
            if case .record(let record) = item { read(record, in: text) }
        }
        if !hasListener { note(.alters, "listens on no socket, so no tool on the host can use it") }
    }

    private mutating func read(_ record: Record, in text: TextImage) {
        self.record = record.number
        let hasReturn = text.text[text.places[record.number - 1]..<text.places[record.number]].suffix(2).elementsEqual([
            ASCII.carriageReturn, ASCII.newline,
        ])
        switch record.body {
        case .global, .connection:
            // A carriage return is not part of a number.
            if hasReturn { return note(.skips, "skips the line, as it ends in a carriage return") }
        default: break
        }
        switch record.body {
        case .global(let data):
            hasListener = data.rwSocketFD >= 0
            if data.secondFD >= 0 { hasDevice = true }
        case .connection(let data): connection(data)
        case .watch(let data): watch(data)
        case .watchExtended(let data): watch(data.watch)
        case .node(let data): node(data)
        case .opaque where record.number > 1: note(.skips, "skips the line")
        default: break
        }
    }

    private mutating func connection(_ data: ConnectionData) {
        if data.kind == .ring && data.domid >= 0x7FF0 {
            return note(.skips, "skips domain \(data.domid), as no domain can have this domid")
        }
        if data.kind == .ring && !hasDevice {
            hasDevice = true
            note(.alters, "opens a new event channel device, as the text names none before the first domain")
        }
        connections.insert(data.connID)
    }

    private mutating func watch(_ data: WatchData) {
        let name = Escape.short(data.wpath.octets)
        guard connections.contains(data.connID) else {
            return note(.skips, "skips the watch \(name), as no line before it has its connection")
        }
        let path = data.wpath.octets
        let isSpecial = Path.isSpecial(path)
        guard !path.isEmpty, isSpecial || Self.isPath(path.first == ASCII.slash ? path : [ASCII.slash] + path) else {
            return note(.skips, "skips the watch \(name), as the path is not valid")
        }
        if !watches.insert(data).inserted { note(.skips, "skips the watch \(name), which it already has") }
    }

    private mutating func node(_ data: NodeData) {
        let path = data.path.octets
        let isSpecial = Path.isSpecial(path)
        guard isSpecial || Self.isPath(path) else {
            return note(.skips, "skips the node \(Escape.short(path)), as the path is not valid")
        }
        if let slash = path.lastIndex(of: ASCII.slash), slash > path.startIndex, !paths.contains(path[..<slash]) {
            return note(.skips, "skips the node \(Escape.short(path)), as no line before it has its parent")
        }
        if path.count > 1 && !paths.insert(path).inserted {
            note(.alters, "uses the last of the lines for \(Escape.short(path))")
        }
    }

    /// Whether the path is absolute, without empty parts, and of characters that the protocol
    /// allows.
    private static func isPath(_ path: Octets) -> Bool {
        Path.isWellFormed(path) && path.allSatisfy(Path.isCharacter)
    }
}

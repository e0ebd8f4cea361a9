import XenstoreStream

/// What a connection is waiting for: unhandled requests, and replies and watch events that it has
/// not read.
struct Backlog {
    /// The name of a message whose beginning is gone: only the first of a buffer.
    private static let rest = "rest of a message"

    private let connection: ConnectionData
    private let requests: [WireMessage]
    private let answers: [WireMessage]

    /// Nil if nothing is waiting. A single complete reply to a CONTROL request does not count: the
    /// live update that writes the image is such a request, so its OK is in every image.
    init?(_ connection: ConnectionData, _ byteOrder: ByteOrder) {
        self.connection = connection
        requests = connection.requests(byteOrder)
        answers = connection.answers(byteOrder)
        let isUpdate = requests.isEmpty && answers.count == 1 && answers[0].isComplete && answers[0].type == 0
        if isUpdate || requests.isEmpty && answers.isEmpty { return nil }
    }

    private var who: String {
        switch connection.kind {
        case .ring: "domain \(connection.domid)"
        case .socket: "socket \(connection.socketFD)"
        default: "connection \(connection.connID)"
        }
    }

    /// One line for people.
    var text: String {
        "\(who): \(waitsFor)"
    }

    /// The same, without the connection's name.
    var waitsFor: String {
        var parts: [String] = []
        if let first = requests.first {
            let request = Self.name(first)
            parts.append(
                first.isComplete
                    ? "\(request) not handled"
                    : "incomplete \(request): \(extent(first)) present")
            if requests.count > 1 { parts[0] += " and \(requests.count - 1) more requests" }
        }
        if !answers.isEmpty {
            parts.append(
                "\(connection.outData.count) unread bytes: "
                    + counts.map { $0.name == Self.rest ? "the \(Self.rest)" : "\($0.count) \($0.name)" }.joined(
                        separator: ", "))
            if let event = answers.first(where: { $0.type == 15 && $0.isComplete }) {
                parts.append("the first event is for \(Escape.short(event.firstString))")
            }
        }
        return parts.joined(separator: "; ")
    }

    /// How much of an incomplete request is present.
    private func extent(_ request: WireMessage) -> String {
        let count = connection.inData.count - request.offset
        guard count >= WireMessage.headerSize, let length = request.length else {
            return "\(count) of \(WireMessage.headerSize) header bytes"
        }
        return "\(count - WireMessage.headerSize) of \(length) payload bytes"
    }

    private static func name(_ message: WireMessage) -> String {
        let type = message.typeName ?? "request"
        return message.payload.isEmpty ? type : type + " " + Escape.short(message.firstString)
    }

    /// The number of answers of each type, in the order in which the types first occur.
    private var counts: [(name: String, count: Int)] {
        var result: [(name: String, count: Int)] = []
        for answer in answers {
            let name = answer.typeName ?? Self.rest
            if let index = result.firstIndex(where: { $0.name == name }) {
                result[index].count += 1
            } else {
                result.append((name, 1))
            }
        }
        return result
    }

    var json: JSON {
        .object([
            ("conn_id", .integer(Int64(connection.connID))),
            ("domid", connection.kind == .ring ? .integer(Int64(connection.domid)) : .null),
            ("socket_fd", connection.kind == .socket ? .integer(Int64(connection.socketFD)) : .null),
            ("requests", .array(requests.map(Self.json))), ("unread_bytes", .integer(Int64(connection.outData.count))),
            ("unread", .object(counts.map { ($0.name, .integer(Int64($0.count))) })),
        ])
    }

    private static func json(_ message: WireMessage) -> JSON {
        func number(_ value: UInt32?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }
        return .object([
            ("type", .optional(message.typeName)), ("req_id", number(message.requestID)),
            ("tx_id", number(message.txID)),
            ("length", number(message.length)), ("payload", .bytes(message.payload)),
            ("complete", .bool(message.isComplete)),
        ])
    }
}

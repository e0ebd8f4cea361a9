/// A message of the xenstore protocol as it waits in a connection's buffer (xenstore.txt;
/// xs_wire.h).
///
///      0    1    2    3    4    5    6    7   byte
///     +-------------------+-------------------+
///     | type              | req-id            |
///     +-------------------+-------------------+
///     | tx-id             | length            |
///     +-------------------+-------------------+
///     | payload ...
///
/// The numbers have the stream's byte order. The first message may lack its beginning, the last one
/// its end.
public struct WireMessage: Equatable, Sendable {
    /// Bytes from the buffer's start.
    public let offset: Int
    /// The number of the message's type; nil, like the other numbers, if it is cut off.
    public let type: UInt32?
    /// The number that the client gave the request; the reply repeats it.
    public let requestID: UInt32?
    /// The transaction of the request; 0 if it has none.
    public let txID: UInt32?
    /// Bytes of the whole payload.
    public let length: UInt32?
    /// The part of the payload that is there, or the rest of a message whose beginning is gone.
    public let payload: Octets
    /// Whether the whole message is there.
    public let isComplete: Bool

    /// The type's name in the protocol, its number if it has no name; nil if the type is cut off.
    public var typeName: String? {
        type.map { Self.names.indices.contains(Int($0)) ? Self.names[Int($0)] : String($0) }
    }

    /// The payload's first string: the path in most requests and in watch events.
    public var firstString: Octets {
        payload.prefix { $0 != 0 }
    }

    /// The names of the types by their numbers. Xen no longer has RESTRICT; its number stays free.
    public static let names = [
        "CONTROL", "DIRECTORY", "READ", "GET_PERMS", "WATCH", "UNWATCH", "TRANSACTION_START", "TRANSACTION_END",
        "INTRODUCE", "RELEASE",
        "GET_DOMAIN_PATH", "WRITE", "MKDIR", "RM", "SET_PERMS", "WATCH_EVENT", "ERROR", "IS_DOMAIN_INTRODUCED",
        "RESUME", "SET_TARGET",
        "RESTRICT", "RESET_WATCHES", "DIRECTORY_PART", "GET_FEATURE", "SET_FEATURE", "GET_QUOTA", "SET_QUOTA",
    ]

    /// Bytes before the payload.
    public static let headerSize = 16

    /// The most bytes that the payload of a request, a reply or an event may have (xs_wire.h,
    /// "XENSTORE_PAYLOAD_MAX").
    public static let longestPayload = 4096

    /// A whole message, as it is to be sent.
    /// - Parameters:
    ///   - type: the number of its type.
    ///   - requestID: the number that the reply repeats.
    ///   - txID: the transaction, 0 if there is none.
    ///   - payload: at most 2^32 - 1 bytes; more are cut off.
    public init(type: UInt32, requestID: UInt32, txID: UInt32 = 0, payload: Octets) {
        let payload = payload.prefix(Int(UInt32.max))
        self.init(
            offset: 0, type: type, requestID: requestID, txID: txID, length: UInt32(payload.count), payload: payload,
            isComplete: true)
    }

    init(
        offset: Int, type: UInt32?, requestID: UInt32?, txID: UInt32?, length: UInt32?, payload: Octets,
        isComplete: Bool
    ) {
        self.offset = offset
        self.type = type
        self.requestID = requestID
        self.txID = txID
        self.length = length
        self.payload = payload
        self.isComplete = isComplete
    }

    /// The bytes of the message: the inverse of `decode`, also of a message that is cut off.
    /// - Parameter byteOrder: that of its numbers.
    public func encoded(_ byteOrder: ByteOrder) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerSize + payload.count)
        for number in [type, requestID, txID, length] {
            guard let number else { break }
            withUnsafeBytes(of: byteOrder.encoded(number)) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: payload)
        return bytes
    }

    /// The messages of a buffer.
    /// - Parameters:
    ///   - buffer: a connection's in-data or out-data.
    ///   - skipping: bytes at its start that finish a message whose beginning has already been
    ///     read.
    ///   - byteOrder: that of the stream.
    public static func decode(_ buffer: Octets, skipping: Int = 0, byteOrder: ByteOrder) -> [WireMessage] {
        var messages: [WireMessage] = []
        let skip = min(max(0, skipping), buffer.count)
        if skip > 0 {
            messages.append(
                WireMessage(
                    offset: 0, type: nil, requestID: nil, txID: nil, length: nil, payload: buffer.prefix(skip),
                    isComplete: false))
        }
        var rest = buffer.dropFirst(skip)
        while !rest.isEmpty {
            func number(_ index: Int) -> UInt32? {
                guard rest.count >= 4 * index + 4 else { return nil }
                return rest.withUnsafeBytes { byteOrder.integer(UInt32.self, at: 4 * index, of: $0) }
            }
            let length = number(3)
            let payload = rest.dropFirst(headerSize).prefix(Int(length ?? 0))
            messages.append(
                WireMessage(
                    offset: rest.startIndex - buffer.startIndex, type: number(0), requestID: number(1), txID: number(2),
                    length: length,
                    payload: payload, isComplete: length.map { payload.count == Int($0) } ?? false))
            rest = rest.dropFirst(headerSize + Int(length ?? 0))
        }
        return messages
    }
}

extension ConnectionData {
    /// The requests that the daemon had not handled.
    public func requests(_ byteOrder: ByteOrder) -> [WireMessage] {
        WireMessage.decode(inData, byteOrder: byteOrder)
    }

    /// The replies and watch events that the connection had not read.
    public func answers(_ byteOrder: ByteOrder) -> [WireMessage] {
        WireMessage.decode(outData, skipping: Int(outRespLength), byteOrder: byteOrder)
    }
}

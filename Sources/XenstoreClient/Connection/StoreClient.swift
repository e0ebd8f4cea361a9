import XenstoreStream

/// A client of a daemon: sends requests and reads the replies, in order; events are kept apart.
///
/// The daemon is not trusted: no message is longer than `longestReply`, no reply is taken for that
/// to another request, and what waits is limited. One thread uses a client at a time. After an
/// error other than a refusal the connection is unusable, and every request throws it again.
public final class StoreClient {
    /// How long to wait for each reply, from the reply before it or the request on.
    public var timeout: Duration = .seconds(30)
    /// The most requests a second; nil: as many as the daemon takes.
    public var rate: Double?
    /// The most bytes of a payload from the daemon. The protocol permits 4096; some builds of
    /// oxenstored send more.
    public var longestReply = WireMessage.longestPayload
    /// The number of requests that were sent.
    public private(set) var requestCount = 0

    /// The most requests on their way at a time.
    static let window = 48
    /// The most bytes of events that wait to be taken.
    static let mostEventBytes = 64 << 20

    let channel: StoreChannel
    private var events: [StoreEvent] = []
    private var eventBytes = 0
    private var lastID: UInt32 = 0
    private var failure: StoreError?
    private var nextSend = ContinuousClock.now

    /// Connects to a daemon.
    /// - Parameter path: its Unix socket, or the device `/dev/xen/xenbus`.
    /// - Throws: `StoreError` with `noConnection` if there is none, or if it may not be opened: the
    ///   sockets of daemons are open to root only.
    public init(path: String = StoreSocket.standard) throws(StoreError) {
        channel = try StoreChannel(path: path)
    }

    /// A client on an open socket, which it closes at its end.
    package init(descriptor: Int32, name: String) {
        channel = StoreChannel(descriptor: descriptor, name: name)
    }

    /// The process that listens on the socket; nil if the system does not say it.
    public var daemonProcess: Int32? {
        channel.peer
    }

    /// A descriptor that ends `waitForEvent`, and reading a store, as soon as it has something to
    /// read; nil: none does. A request that was sent is waited for all the same.
    package var interrupter: Int32? {
        get { channel.interrupter }
        set { channel.interrupter = newValue }
    }

    /// Whether the interrupter has something to read.
    package var isInterrupted: Bool {
        channel.isInterrupted
    }

    // MARK: Requests

    /// Sends a request and waits for its reply.
    /// - Parameters:
    ///   - request: the request.
    ///   - transaction: the transaction that it belongs to; 0: none.
    /// - Returns: the reply's payload.
    /// - Throws: `StoreError` with the request and what it is about.
    @discardableResult
    public func ask(_ request: StoreRequest, in transaction: UInt32 = 0) throws(StoreError) -> Octets {
        guard let answer = try askAll([request], in: transaction).first else {
            throw StoreError(.closed, request: request.kind, subject: request.subject)
        }
        return try answer.get()
    }

    /// Sends requests without waiting for the replies in between.
    /// - Parameters:
    ///   - requests: the requests; the daemon handles them in this order.
    ///   - transaction: the transaction that they belong to; 0: none.
    /// - Returns: for each the reply's payload, or the daemon's refusal.
    /// - Throws: `StoreError` if the connection fails; some of the requests may have been handled.
    public func askAll(
        _ requests: [StoreRequest], in transaction: UInt32 = 0
    ) throws(StoreError) -> [Result<Octets, StoreError>] {
        if let failure { throw failure }
        for request in requests { try check(request) }
        let window = channel.isDevice ? 1 : Self.window
        let firstID = lastID
        var output: [UInt8] = []
        var sent = 0
        var answers: [Result<Octets, StoreError>] = []
        answers.reserveCapacity(requests.count)
        var deadline = ContinuousClock.now + timeout
        while answers.count < requests.count {
            let current = requests[answers.count]
            // Sent in runs, not one for each reply.
            let mostWaiting = sent - answers.count <= window / 2 ? window : 0
            while sent < requests.count, sent - answers.count < mostWaiting, mayObserveRate() {
                lastID = lastID == UInt32.max ? 1 : lastID + 1
                output += message(requests[sent], lastID, transaction)
                sent += 1
            }
            do throws(StoreError) {
                // A message that is there before the requests are sent waits until they are.
                if output.isEmpty, let message = try nextMessage() {
                    guard try !keepEvent(message) else { continue }
                    let id = Self.id(firstID, plus: answers.count + 1)
                    guard answers.count < sent else {
                        throw StoreError(.badReply("a reply without a request"), subject: channel.name)
                    }
                    answers.append(try answer(message, to: current, id))
                    deadline = ContinuousClock.now + timeout
                    continue
                }
                guard channel.pendingCount <= Self.mostEventBytes else {
                    throw StoreError(.badReply("too many messages before a request"), subject: channel.name)
                }
                // All were answered that were sent: only the rate holds back the next one.
                let isIdle = sent == answers.count
                let end = isIdle || sent < requests.count && rate != nil ? min(nextSend, deadline) : deadline
                if isIdle { deadline = max(deadline, nextSend + timeout) }
                if try !channel.work(&output, until: end), ContinuousClock.now >= deadline {
                    throw StoreError(.timeout, subject: channel.name)
                }
            } catch {
                let error = StoreError(error.reason, request: current.kind, subject: current.subject)
                failure = error
                throw error
            }
        }
        return answers
    }

    private func check(_ request: StoreRequest) throws(StoreError) {
        func refuse(_ why: String) -> StoreError {
            StoreError(.badRequest(why), request: request.kind, subject: request.subject)
        }
        if request.hasInnerNUL { throw refuse("a NUL in one of its strings") }
        let longest = WireMessage.longestPayload
        if request.payload.count > longest {
            throw refuse("\(request.payload.count) bytes; a request can have \(longest)")
        }
    }

    private func message(_ request: StoreRequest, _ id: UInt32, _ transaction: UInt32) -> [UInt8] {
        requestCount += 1
        return WireMessage(type: request.kind.rawValue, requestID: id, txID: transaction, payload: request.payload)
            .encoded(.native)
    }

    /// The id of a request after `first`; 0 is that of events and is left out.
    private static func id(_ first: UInt32, plus count: Int) -> UInt32 {
        let sum = UInt64(first) + UInt64(count)
        return sum > UInt64(UInt32.max) ? UInt32(truncatingIfNeeded: sum - UInt64(UInt32.max)) : UInt32(sum)
    }

    /// Whether the rate permits another request now; if so, it counts as sent.
    private func mayObserveRate() -> Bool {
        guard let rate, rate > 0 else { return true }
        let now = ContinuousClock.now
        guard now >= nextSend else { return false }
        nextSend = now + .seconds(1 / rate)
        return true
    }

    // MARK: Messages

    /// The next whole message that was read; nil: there is none yet.
    private func nextMessage() throws(StoreError) -> WireMessage? {
        guard channel.pendingCount >= WireMessage.headerSize else { return nil }
        let header = channel.first(WireMessage.headerSize)
        guard let length = WireMessage.decode(header, byteOrder: .native).first?.length else { return nil }
        guard Int(length) <= longestReply else {
            throw StoreError(
                .badReply("a message of \(length) bytes; it can have \(longestReply)"), subject: channel.name)
        }
        let count = WireMessage.headerSize + Int(length)
        guard channel.pendingCount >= count else { return nil }
        return WireMessage.decode(channel.take(count), byteOrder: .native).first
    }

    /// - Returns: whether the message is an event, which is then kept.
    private func keepEvent(_ message: WireMessage) throws(StoreError) -> Bool {
        guard message.type == 15 else { return false }
        guard let event = StoreEvent(payload: message.payload) else {
            throw StoreError(.badReply("an event without path and token"), subject: channel.name)
        }
        eventBytes += message.payload.count + MemoryLayout<StoreEvent>.size
        guard eventBytes <= Self.mostEventBytes else {
            throw StoreError(.badReply("too many events without a reply"), subject: channel.name)
        }
        events.append(event)
        return true
    }

    private func answer(
        _ message: WireMessage, to request: StoreRequest, _ id: UInt32
    ) throws(StoreError) -> Result<Octets, StoreError> {
        // The kernel's device replies to WATCH and UNWATCH itself, and with the id 0.
        let isOfKernel = channel.isDevice && message.requestID == 0
        guard message.requestID == id || isOfKernel else {
            throw StoreError(
                .badReply("the reply to request \(message.requestID ?? 0), not to \(id)"), subject: channel.name)
        }
        if message.type == request.kind.rawValue { return .success(message.payload) }
        guard message.type == 16 else {
            throw StoreError(.badReply("a reply of type \(message.typeName ?? "none")"), subject: channel.name)
        }
        let word = String(decoding: message.firstString.prefix(64), as: UTF8.self)
        return .failure(
            StoreError(.refused(StoreErrorName(rawValue: word)), request: request.kind, subject: request.subject))
    }

    // MARK: Events

    /// Takes the events that came so far, in order.
    public func takeEvents() -> [StoreEvent] {
        defer { (events, eventBytes) = ([], 0) }
        return events
    }

    /// Waits until there is an event.
    /// - Parameter duration: how long.
    /// - Returns: whether there is one.
    /// - Throws: `StoreError` if the connection fails.
    public func waitForEvent(_ duration: Duration) throws(StoreError) -> Bool {
        if let failure { throw failure }
        let end = ContinuousClock.now + duration
        var output: [UInt8] = []
        do throws(StoreError) {
            while true {
                while let message = try nextMessage() {
                    guard try keepEvent(message) else {
                        throw StoreError(.badReply("a reply without a request"), subject: channel.name)
                    }
                }
                if !events.isEmpty { return true }
                if isInterrupted { return false }
                if try !channel.work(&output, until: end), ContinuousClock.now >= end { return false }
            }
        } catch {
            failure = error
            throw error
        }
    }
}

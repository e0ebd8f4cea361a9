import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Why a request has no result.
public struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Reason: Equatable, Sendable {
        /// The daemon replied with an error; the connection is as good as before.
        case refused(StoreErrorName)
        /// The connection could not be made: the error number of the system.
        case noConnection(Int32)
        /// Reading or writing failed: the error number of the system. The connection is unusable.
        case failed(Int32)
        /// The daemon closed the connection.
        case closed
        /// No reply came in time. The connection is unusable: the reply may still come.
        case timeout
        /// The daemon sent what the protocol does not permit. The connection is unusable.
        case badReply(String)
        /// The request was not sent, as it is not valid or longer than a message can be.
        case badRequest(String)
        /// A list of children changed each time before its last part was read.
        case changing
    }

    /// What went wrong.
    public let reason: Reason
    /// The type of the request; nil if it concerns the connection.
    public let request: StoreRequest.Kind?
    /// What the request is about, mostly a path; of a connection, its socket.
    public let subject: Octets

    /// An error about a request, or about the connection to a socket.
    /// - Parameters:
    ///   - reason: what went wrong.
    ///   - request: the type of the request; nil: the connection.
    ///   - subject: the path, or what else it is about.
    public init(_ reason: Reason, request: StoreRequest.Kind? = nil, subject: Octets) {
        self.reason = reason
        self.request = request
        self.subject = subject
    }

    /// The word of the daemon; nil if it did not reply with an error.
    public var name: StoreErrorName? {
        if case .refused(let name) = reason { name } else { nil }
    }

    /// One line: the request, what it is about, what went wrong.
    public var description: String {
        let subject = Escape.printable(subject)
        let about = [request?.name, subject.isEmpty ? nil : subject].compactMap { $0 }.joined(separator: " ")
        return (about.isEmpty ? "" : about + ": ") + text
    }

    private var text: String {
        switch reason {
        case .refused(let name):
            Escape.printable(name.rawValue) + (name.meaning.map { ", " + $0 } ?? "")
        case .noConnection(let number): "cannot connect: \(Self.system(number))"
        case .failed(let number): "the connection failed: \(Self.system(number))"
        case .closed: "the daemon closed the connection"
        case .timeout: "the daemon sent no reply in time"
        case .badReply(let what): "the daemon broke the protocol: \(what)"
        case .badRequest(let what): "not sent: \(what)"
        case .changing: "the list changed each time before all of it was read"
        }
    }

    /// The system's text for an error number.
    static func system(_ number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }
}

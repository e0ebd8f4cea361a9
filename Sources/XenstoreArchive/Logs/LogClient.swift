/// The client of a connection in a log.
struct LogClient {
    let name: [UInt8]
    let domid: UInt16?
}

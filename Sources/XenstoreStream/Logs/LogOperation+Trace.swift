extension LogOperation {
    /// Whether a trace log shows a message with its payload, and not only that an object was made
    /// or is gone.
    var hasPayload: Bool {
        switch self {
        case .newConnection, .endConnection, .createWatch, .destroyWatch, .createTransaction, .destroyTransaction: false
        default: true
        }
    }
}

import XenstoreStream

/// One generation of a chain, with everything for reading or writing its spans.
struct Generation {
    let chainID: Int64
    /// Its number in the chain, from 1.
    let gen: Int64
    let format: StreamFormat
    /// Bytes of the stream; 0 if they are not known yet.
    var size: Int64 = 0
    /// Records of the stream; 0 if they are not known yet.
    var recordCount: Int64 = 0

    /// The `last_gen` of an open span: a zero takes no byte in the file.
    static let open: Int64 = 0
}

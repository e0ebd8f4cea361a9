import XenstoreStream

/// Reads any bytes and writes them again: the same bytes must come out.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRoundTrip(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    for format in StreamFormat.all {
        plain(bytes, format)
        salvage(bytes, format)
    }
    return 0
}

private func plain(_ bytes: [UInt8], _ format: StreamFormat) {
    guard var reader = try? StreamReader(bytes: bytes, format: format) else { return }
    var writer = StreamWriter(header: reader.header, format: format)
    do {
        while let record = try reader.next() { write(record, &writer) }
    } catch {
        return
    }
    writer.write(trailer: reader.trailer)
    precondition(writer.bytes == bytes, "a stream read as \(format) comes out different")
}

private func salvage(_ bytes: [UInt8], _ format: StreamFormat) {
    var reader = SalvageReader(bytes: bytes, format: format)
    var writer = StreamWriter(header: reader.header, format: format)
    while let item = reader.next() {
        switch item {
        case .record(let record): write(record, &writer)
        case .damage(let damage): writer.write(damage: damage.bytes)
        }
    }
    writer.write(trailer: reader.trailer)
    precondition(writer.bytes == bytes, "a stream salvaged as \(format) comes out different")
}

private func write(_ record: Record, _ writer: inout StreamWriter) {
    do {
        try writer.write(record.body, residue: record.residue)
    } catch {
        preconditionFailure("a record that was read cannot be written: \(error)")
    }
}

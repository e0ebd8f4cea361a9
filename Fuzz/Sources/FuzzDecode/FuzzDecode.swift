import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Reads any bytes in every way that exists: nothing may trap, and every byte must belong to
/// something.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDecode(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let detection = LayoutDetection(salvaging: bytes, forced: nil)
    var salvage = SalvageReader(bytes: bytes, format: detection.format)
    var checker = ImageScan(header: salvage.header, detection: detection, bytes: bytes)
    var place = salvage.header == nil ? 0 : Header.size
    while let item = salvage.next() {
        precondition(item.offset == place, "an item begins at \(item.offset), the one before ends at \(place)")
        checker.add(item)
        switch item {
        case .record(let record):
            place += record.size
            _ = RecordTrace(record, in: bytes, format: detection.format)
        case .damage(let damage):
            place += damage.bytes.count
            _ = RecordTrace(damage, in: bytes, format: detection.format)
        }
    }
    precondition(place + salvage.trailer.count == count, "\(count - place - salvage.trailer.count) bytes have no place")
    _ = checker.finish(trailer: salvage.trailer, size: count)

    do {
        _ = try RestoreForecast(ScannedImage(salvaging: bytes))
    } catch {
        preconditionFailure("\(error)")
    }

    for format in StreamFormat.all {
        guard var reader = try? StreamReader(bytes: bytes, format: format) else { break }
        while let record = try? reader.next() { _ = RecordTrace(record, in: bytes, format: format) }
    }
    return 0
}

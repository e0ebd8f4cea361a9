import XenstoreArchive
import XenstoreStream

/// Stores any bytes in an archive and exports them again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzArchive(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let image = ScannedImage(salvaging: bytes)
    do {
        let archive = try Archive.inMemory()
        // Stored twice, the second time with one more byte, so that chains and renumbering are
        // tested too.
        let first = try Importer(archive).store(image, label: ImageLabel(name: "first"))
        try expect(bytes, from: archive, first.imageID)
        let longer = bytes + [0]
        let second = try Importer(archive).store(ScannedImage(salvaging: longer), label: ImageLabel(name: "second"))
        try expect(longer, from: archive, second.imageID)
        try expect(bytes, from: archive, first.imageID)
    } catch {
        preconditionFailure("\(error)")
    }
    return 0
}

private func expect(_ bytes: [UInt8], from archive: Archive, _ imageID: Int64) throws {
    var exported: [UInt8] = []
    try archive.export(archive.image(id: imageID)) { exported += $0 }
    precondition(exported == bytes, "an image comes out different")
}

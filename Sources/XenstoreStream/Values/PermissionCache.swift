/// Remembers what was made of each permission list, by its bytes in the stream: four for each entry.
///
/// The neighbours of a node often have the same list, so the last one is looked at first.
package final class PermissionCache<Value> {
    private var values: [[UInt8]: Value] = [:]
    private var last: (bytes: [UInt8], value: Value)?

    /// A file may have any number of lists; healthy images have some hundreds.
    private static var most: Int { 1 << 12 }

    package init() {}

    /// What `make` has made of the list, or makes of it now.
    package func value(of bytes: UnsafeRawBufferPointer, make: () throws -> Value) rethrows -> Value {
        if let last, last.bytes.withUnsafeBytes({ $0.hasSameBytes(as: bytes) }) { return last.value }
        let key = Array(bytes)
        let value = try values[key] ?? make()
        if values.count >= Self.most { values.removeAll() }
        values[key] = value
        last = (key, value)
        return value
    }
}

/// Remembers what was made of each permission list, by its bytes in the stream: four for each
/// entry.
///
/// The neighbours of a node often have the same list, so the last one is compared first. Inlinable:
/// if it is not specialized for its value, it costs 4 % of an import.
@usableFromInline
package final class PermissionCache<Value> {
    @usableFromInline var values: [[UInt8]: Value] = [:]
    @usableFromInline var last: (bytes: [UInt8], value: Value)?

    @inlinable
    package init() {}

    /// The value that `make` made of the list before, or makes of it now.
    @inlinable
    package func value(of bytes: UnsafeRawBufferPointer, make: () throws -> Value) rethrows -> Value {
        if let last, last.bytes.withUnsafeBytes({ $0.hasSameBytes(as: bytes) }) { return last.value }
        let key = Array(bytes)
        // A file may have any number of lists of any length; healthy images have some hundreds of
        // short ones.
        let isUsual = key.count <= 1024
        let value: Value
        if isUsual, let known = values[key] {
            value = known
        } else {
            value = try make()
            if values.count >= 4096 { values.removeAll() }
            if isUsual { values[key] = value }
        }
        last = (key, value)
        return value
    }
}

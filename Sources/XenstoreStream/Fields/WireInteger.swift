/// A number that the wire carries: 1 to 8 bytes, signed or not.
@usableFromInline
package protocol WireInteger: FixedWidthInteger & Sendable {}

extension UInt8: WireInteger {}

extension UInt16: WireInteger {}

extension UInt32: WireInteger {}

extension UInt64: WireInteger {}

extension Int32: WireInteger {}

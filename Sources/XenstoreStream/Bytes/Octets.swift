/// A run of bytes of a stream: a slice of the image it was read from, or of an array made for
/// writing.
public typealias Octets = ArraySlice<UInt8>

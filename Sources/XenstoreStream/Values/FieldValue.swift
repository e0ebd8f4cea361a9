/// A field's value without its wire form.
public enum FieldValue: Hashable, Sendable {
    case unsigned(UInt64)
    case signed(Int64)
    case count(Int)
    case string(TerminatedString)
    case octets(Octets)
    case permissions([Permission])
    case quotas([Quota])
    case alignment
}

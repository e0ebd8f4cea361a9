import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

extension ByteOrder: ExpressibleByArgument {}

extension LengthRule: ExpressibleByArgument {}

extension Layout: ExpressibleByArgument {
    /// The layouts that can be written: those of streams, and oxenstored's text.
    public static var allValueStrings: [String] {
        (streams + [.oxenstored]).map(\.rawValue)
    }
}

/// The form of the stream to write.
struct StreamFormOptions: ParsableArguments {
    @Option(help: "draft, v1, v2 or oxenstored (default: the image's; for a listing: v1).")
    var layout: Layout?

    @Option(help: "little or big (default: the image's).")
    var byteOrder: ByteOrder?

    @Option(
        help:
            """
            Whether len includes a record's padding, as daemons write it (padded), or covers only its body (body). \
            Default: the image's rule.
            """
    )
    var lengthRule: LengthRule?

    var form: Rebuild.Form {
        Rebuild.Form(layout: layout, byteOrder: byteOrder, lengthRule: lengthRule)
    }
}

import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// Prints a dump in one format.
protocol DumpPrinter {
    func header(_ findings: [Finding])
    func record(_ record: Record, _ findings: [Finding])
    /// Prints a plain node as `record` prints it, without decoding it first.
    func node(_ node: PlainNode, number: Int, _ findings: [Finding])
    func damage(_ damage: Damage, _ findings: [Finding])
    /// Prints the trailer and the findings about the file as a whole.
    func finish(_ findings: [Finding])
}

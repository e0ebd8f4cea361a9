import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// Prints a dump in one of its forms.
protocol DumpPrinter {
    func header(_ findings: [Finding])
    func record(_ record: Record, _ findings: [Finding])
    func damage(_ damage: Damage, _ findings: [Finding])
    /// The trailer, and what is found about the file as a whole.
    func finish(_ findings: [Finding])
}

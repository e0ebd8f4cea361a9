import Glibc
import SyntheticHost
import TestSupport

/// Writes images of a synthetic host; see `usage`.
@main
enum MakeImages {
    static let usage = """
        usage: MakeImages DIRECTORY GUESTS COUNT [values=PERCENT] [replace=EVERY] [guests=N] [extra=N]
            [order=reversed] [seed=N]
        Writes COUNT successive images to DIRECTORY/0001.bin and so on. From one to the next, PERCENT of the nodes
        (may be 0.5) get another value, and every EVERY-th time N guests are replaced (1). A guest has N extra nodes
        (0), for images larger than those of a host. With order=reversed, the last image has the records of the one
        before it in another order. The same seed (1) gives the same bytes.
        """

    static func main() throws {
        var words = CommandLine.arguments.dropFirst().filter { !$0.contains("=") }
        var options: [Substring: Substring] = [:]
        for word in CommandLine.arguments.dropFirst() where word.contains("=") {
            let parts = word.split(separator: "=", maxSplits: 1)
            options[parts[0]] = parts.last
        }
        guard words.count == 3, let count = Int(words.removeLast()), let guests = Int(words.removeLast()),
            let folder = words.popLast()
        else {
            print(usage)
            exit(64)
        }
        let percent = options["values"].flatMap { Double($0) } ?? 0
        let every = options["replace"].flatMap { Int($0) } ?? 0
        let replaced = options["guests"].flatMap { Int($0) } ?? 1
        let extra = options["extra"].flatMap { Int($0) } ?? 0
        var host = Host(guests: guests, extraNodes: extra, seed: options["seed"].flatMap { UInt64($0) } ?? 1)
        mkdir(folder, 0o777)
        for number in 1...count {
            if number > 1 {
                if options["order"] == "reversed" && number == count {
                    host.reverseOrder()
                } else {
                    host.changeValues(Int(Double(host.nodeCount) * percent / 100))
                    if every > 0 && number % every == 0 { for _ in 0..<replaced { host.replaceGuest() } }
                }
            }
            let name = String(number)
            Files.write(
                try host.image(), "\(folder)/\(String(repeating: "0", count: max(0, 4 - name.utf8.count)))\(name).bin")
        }
    }
}

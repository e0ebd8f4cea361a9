import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The program on a terminal: what it prints on both streams, as the terminal receives it.
struct TerminalRun {
    let text: String
    let ending: Ending

    var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// - Parameter environment: the whole environment except TERM.
    init(_ place: Workplace, _ arguments: [String], columns: UInt16 = 100, environment: [String: String] = [:]) {
        var (master, held): (Int32, Int32) = (-1, -1)
        var name = [CChar](repeating: 0, count: 64)
        var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        // The slave is held open until the end, so that nothing is lost when the program closes its
        // own.
        guard openpty(&master, &held, &name, nil, &size) == 0 else { fatalError("no terminal to be had") }
        defer {
            close(master)
            close(held)
        }
        let slave = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var modes = termios()
        tcgetattr(held, &modes)
        modes.c_oflag &= ~tcflag_t(OPOST)
        tcsetattr(held, TCSANOW, &modes)
        let variables = ["LC_ALL": "C", "TERM": "xterm-256color"].merging(environment) { $1 }
        // The shell connects all streams to the terminal, and then executes the program.
        let command = RunningCommand(
            "/bin/sh",
            [
                "-c", "terminal=$1; shift; exec \"$@\" <\"$terminal\" >\"$terminal\" 2>\"$terminal\"", "sh", slave,
                Tool.path,
            ] + arguments,
            environment: variables, folder: place.folder.path)
        // The output is shorter than a terminal's buffer, so it can be read at the end.
        ending = command.outcome().ending
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var waiting = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        while poll(&waiting, 1, 0) > 0, waiting.revents & Int16(POLLIN) != 0,
            case let count = read(master, &buffer, buffer.count), count > 0
        {
            bytes += buffer[..<count]
        }
        text = String(decoding: bytes, as: UTF8.self)
    }
}

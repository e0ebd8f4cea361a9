import TestSupport
import XenstoreAnalysis

/// What real daemons let domains do with the nodes of the images of Fixtures/access.
struct RecordedAccess {
    /// One of the daemons that were asked.
    enum Column: Int, CaseIterable {
        case restored417, live417, liveOxenstored, restored422

        var daemon: DaemonRules {
            switch self {
            case .restored417, .live417: .c417
            case .liveOxenstored: .oxenstored
            case .restored422: .c422
            }
        }

        var isRestored: Bool {
            self == .restored417 || self == .restored422
        }
    }

    let image: String
    let domid: Int
    let path: String
    let perms: String
    /// By column; a letter each for READ, GET_PERMS, DIRECTORY, WRITE, SET_PERMS, MKDIR of a child,
    /// RM and a watch. Empty if the daemon was not asked.
    let answers: [[Character]]

    static let all: [RecordedAccess] = {
        let text = String(decoding: Fixtures.bytes("access/answers.tsv"), as: UTF8.self)
        return text.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            return RecordedAccess(
                image: String(parts[0]), domid: Int(parts[1]) ?? -1, path: String(parts[2]), perms: String(parts[3]),
                answers: parts[4...].map(Array.init))
        }
    }()

    static let images = Set(all.map(\.image)).sorted()

    /// What `access` must say: access and set_perms; nil if the daemon was not asked.
    func expected(_ column: Column) -> String? {
        let answer = answers[column.rawValue]
        guard answer.count == 8 else { return nil }
        if path.hasPrefix("@") { return answer[7] == "e" ? "r" : "none" }
        let access: String =
            switch (answer[0] == "+", answer[3] == "+") {
            case (true, true): "both"
            case (true, false): "r"
            case (false, true): "w"
            case (false, false): "none"
            }
        return access + "|" + (answer[4] == "+" ? "yes" : "no")
    }

    /// Whether the domain can remove the node itself; nil if the daemon was not asked.
    func canRemove(_ column: Column) -> Bool? {
        let answer = answers[column.rawValue]
        return answer.count == 8 && answer[6] != "-" ? answer[6] == "+" : nil
    }

    /// Whether a watch of the domain hears of the node; nil if the daemon was not asked.
    func hears(_ column: Column) -> Bool? {
        let answer = answers[column.rawValue]
        return answer.count == 8 && answer[7] != "-" ? answer[7] == "e" : nil
    }
}

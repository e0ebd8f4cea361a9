import XenstoreStream

extension RestoreForecast {
    /// The events as findings, with the rules `restore-skips`, `restore-alters`,
    /// `restore-over-reads` and `restore-dies`.
    public var findings: [Finding] {
        events.map { event in
            Finding(
                rule: "restore-" + event.effect.rawValue, severity: event.effect.severity, record: event.record,
                offset: event.offset,
                message: (daemonTitle ?? "") + " " + event.message, expected: "")
        }
    }
}

extension RestoreForecast.Effect {
    fileprivate var severity: Finding.Severity {
        switch self {
        case .accepts: .info
        case .skips, .alters: .warning
        case .overReads, .dies: .error
        }
    }
}

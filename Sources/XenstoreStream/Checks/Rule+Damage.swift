extension Rule {
    /// The rules about damage itself: what else is found in a damaged image may come from it.
    public static let ofDamage: Set<Rule> = [.noHeader, .damagedSpan, .noEnd, .cutLine]

    /// The kind of which the rule says that something is missing; nil if it does not.
    private var missingKind: Coverage.Kind? {
        switch self {
        case .missingParent: .nodes
        case .unknownConnection, .unknownTarget, .ownerWithoutConnection: .connections
        case .unknownTransaction: .transactions
        default: nil
        }
    }

    /// Whether a finding says that something of these kinds is missing.
    static func saysMissing(_ finding: Finding, of kinds: Set<Coverage.Kind>) -> Bool {
        Rule(rawValue: finding.rule)?.missingKind.map(kinds.contains) ?? false
    }
}

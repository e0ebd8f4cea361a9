extension Rule {
    /// The rule of an oddity.
    init(_ oddity: TextOddity) {
        self =
            switch oddity {
            case .damagedSpan: .damagedSpan
            case .oddLine: .oddLine
            case .setPad: .setPad
            case .tdbTailer: .tdbTailer
            case .tdbHash: .tdbHash
            case .tdbChain: .tdbChain
            case .tdbFreeList: .tdbFreeList
            case .tdbData: .tdbData
            case .freedRecord: .freedRecord
            case .missingChild: .missingChild
            case .unnamedChild: .unnamedChild
            }
    }
}

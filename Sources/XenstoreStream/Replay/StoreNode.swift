/// What is known of one node of a store.
package struct StoreNode: Equatable, Sendable {
    package var value: Octets
    package var knowledge: ValueKnowledge
    /// Nil: not known.
    package var perms: [Permission]?
    /// The names of the children, each with a number: a later child has a higher one.
    package var children: [Octets: Int] = [:]
    /// Whether a child that is in none of these sets does not exist. Otherwise it is not known.
    package var isComplete: Bool
    /// Names of which it is not known whether a child has them, although all others are known.
    package var doubtful: Set<Octets> = []
    /// Names that no child has, although of others it is not known.
    package var absent: Set<Octets> = []

    package init(value: Octets, knowledge: ValueKnowledge, perms: [Permission]?, isComplete: Bool) {
        self.value = value
        self.knowledge = knowledge
        self.perms = perms
        self.isComplete = isComplete
    }

    /// The node without what is known of its children.
    package var alone: StoreNode {
        StoreNode(value: value, knowledge: knowledge, perms: perms, isComplete: true)
    }

    /// A node that exists, of which nothing else is known.
    package static let unknown = StoreNode(value: [], knowledge: .unknown, perms: nil, isComplete: false)
}

/// The fields of a committed node with nothing odd about it, in the order of the wire, taken from the node's own walk.
///
/// Almost every row of an archive is such a node. Its fields do not depend on each other's values, so the walk is done
/// once for each layout, and a row is written from its result: three times as fast as walking for each row.
package struct PlainNodePlan {
    /// One field, or what stands for one in a plain node.
    enum Step {
        /// A number that is zero.
        case zero(width: Int)
        /// The length of a string or of octets, or the number of permissions.
        case pathCount, valueCount, permCount
        case perms, path, value
    }

    let steps: [Step]
    /// The octets of all numbers and lengths.
    let fixedWidth: Int

    package init(layout: Layout) {
        var walk = Walk(layout: layout)
        var node = NodeData()
        do { try node.visitFields(&walk) } catch { walk.steps = [] }
        steps = walk.steps
        fixedWidth = walk.fixedWidth
    }

    private struct Walk: FieldVisitor {
        let layout: Layout
        var steps: [Step] = []
        var fixedWidth = 0

        mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
            steps.append(.zero(width: Value.bitWidth / 8))
            fixedWidth += Value.bitWidth / 8
        }

        mutating func count<Width: WireInteger>(
            _ field: Field, as width: Width.Type, of current: Int
        ) throws(StreamError) -> Int {
            steps.append(field == .pathLength ? .pathCount : field == .valueLength ? .valueCount : .permCount)
            fixedWidth += Width.bitWidth / 8
            return 0
        }

        mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
            steps.append(.path)
        }

        mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
            steps.append(.value)
        }

        mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
            steps.append(.perms)
        }

        mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {}
        mutating func alignment(_ field: Field) throws(StreamError) {}
        mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {}
    }
}

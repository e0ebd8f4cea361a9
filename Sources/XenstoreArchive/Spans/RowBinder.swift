import XenstoreStream

/// Binds a record's fields to the parameters of an insert statement.
struct RowBinder: FieldVisitor {
    let layout: Layout
    let target: Target
    /// What goes to a row of its own where a node has it; `unterminated` counts for every record.
    var detail = NodeDetail()
    /// The id of the record's path.
    var pathID: Int64 = 0
    /// The first thing that went wrong; what follows it is skipped.
    var failure: (any Error)?

    /// Where the values go: one for all records, as making one anew for each takes a fortieth of an import's time.
    final class Target {
        let interner: Interner
        let paths: PathInterner
        /// The image, of which every record's octets are a part.
        let image: UnsafeRawBufferPointer
        private(set) var statement: Statement
        /// The index of the record's path among the image's.
        private(set) var path: Int32 = -1
        /// What to add to a field's parameter, and the parameter of each field, by the field's number.
        private var offset = 0
        private var parameters: [Int] = []

        init(statement: Statement, interner: Interner, paths: PathInterner, image: UnsafeRawBufferPointer) {
            self.statement = statement
            self.interner = interner
            self.paths = paths
            self.image = image
        }

        func turn(to statement: Statement, _ path: Int32, offset: Int, _ parameters: [Int]) {
            self.statement = statement
            self.path = path
            self.offset = offset
            self.parameters = parameters
        }

        /// The field's parameter; nil where the table has no column for it.
        func parameter(_ field: Field) -> Int? {
            let parameter = parameters[Int(field.rawValue)]
            return parameter < 0 ? nil : offset + parameter
        }

        /// Where octets of the image lie.
        func place(of octets: Octets) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: image[octets.startIndex..<octets.endIndex])
        }
    }

    /// Calls `body` with the target and the field's parameter.
    mutating func bind(_ field: Field, _ body: (Target, Int) throws -> Void) {
        guard failure == nil else { return }
        do {
            if let parameter = target.parameter(field) { try body(target, parameter) }
        } catch {
            failure = error
        }
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        let number = Int64(truncatingIfNeeded: value)
        if target.parameter(field) != nil {
            bind(field) { try $0.statement.bind($1, number) }
        } else {
            detail.set(field, number)
        }
    }

    mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(StreamError) -> Int {
        current
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        let octets = value.octets
        if field == .token {
            bind(field) { try $0.statement.bindTextOrBlob($1, octets) }
        } else {
            var id = pathID
            bind(field) {
                id = try $0.paths.id(of: $0.place(of: octets), index: $0.path)
                try $0.statement.bind($1, id)
            }
            pathID = id
        }
        if !value.isTerminated { detail.unterminated |= Unterminated.bit(field) }
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        let octets = value
        bind(field) {
            if field == .value {
                try $0.statement.bindTextOrBlob($1, standingAt: $0.place(of: octets))
            } else {
                try $0.statement.bindBlob($1, octets)
            }
        }
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        let octets = value
        bind(field) { try $0.statement.bindBlob($1, octets) }
    }

    mutating func alignment(_ field: Field) throws(StreamError) {}

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        let permissions = value
        bind(field) { try $0.statement.bind($1, try $0.interner.id(ofPermissions: permissions)) }
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        let quotas = value
        bind(field) { try $0.statement.bind($1, try $0.interner.id(ofQuotas: quotas)) }
    }
}

extension NodeDetail {
    /// Sets what lies in `node_detail` and not in the node's own row.
    mutating func set(_ field: Field, _ number: Int64) {
        switch field {
        case .connID: connID = number
        case .txID: txID = number
        case .access: access = number
        default: break
        }
    }
}

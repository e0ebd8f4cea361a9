import XenstoreStream

/// Binds a record's fields to the parameters of an insert statement.
struct RowBinder: FieldVisitor {
    typealias Failure = any Error

    let layout: Layout
    let target: Target
    /// The values for `node_detail`, if a node has them; `unterminated` applies to every record.
    var detail = NodeDetail()
    /// The id of the record's path.
    var pathID: Int64 = 0
    /// Where the values go: one object for all records, as creating one for each takes a fortieth
    /// of an import's time.
    final class Target {
        let interner: Interner
        let paths: PathInterner
        /// The image, which contains the bytes of every record.
        let image: UnsafeRawBufferPointer
        private(set) var statement: Statement
        /// The index of the record's path among the image's.
        private(set) var path: Int32 = -1
        /// The offset of the row's parameters, and the parameter of each field in a row, by the
        /// field's number.
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

        /// The field's parameter; nil if the table has no column for it.
        func parameter(_ field: Field) -> Int? {
            let parameter = parameters[Int(field.rawValue)]
            return parameter < 0 ? nil : offset + parameter
        }

        /// The memory of a slice of the image.
        func bytes(of octets: Octets) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: image[octets.startIndex..<octets.endIndex])
        }
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws {
        let number = Int64(truncatingIfNeeded: value)
        if let parameter = target.parameter(field) {
            try target.statement.bind(parameter, number)
        } else {
            detail.set(field, number)
        }
    }

    mutating func count<Width: WireInteger>(_ field: Field, as width: Width.Type, of current: Int) throws -> Int {
        current
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws {
        if !value.isTerminated { detail.unterminated |= Unterminated.bit(field) }
        guard let parameter = target.parameter(field) else { return }
        if field == .token {
            try target.statement.bindTextOrBlob(parameter, value.octets)
        } else {
            pathID = try target.paths.id(of: target.bytes(of: value.octets), index: target.path)
            try target.statement.bind(parameter, pathID)
        }
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws {
        guard let parameter = target.parameter(field) else { return }
        if field == .value {
            try target.statement.bindTextOrBlob(parameter, standingAt: target.bytes(of: value))
        } else {
            try target.statement.bindBlob(parameter, value)
        }
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws {
        if let parameter = target.parameter(field) { try target.statement.bindBlob(parameter, value) }
    }

    mutating func alignment(_ field: Field) throws {}

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws {
        guard let parameter = target.parameter(field) else { return }
        try target.statement.bind(parameter, try target.interner.id(ofPermissions: value))
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws {
        guard let parameter = target.parameter(field) else { return }
        try target.statement.bind(parameter, try target.interner.id(ofQuotas: value))
    }
}

extension NodeDetail {
    /// Sets a value that is stored in `node_detail`, not in the node's own row.
    mutating func set(_ field: Field, _ number: Int64) {
        switch field {
        case .connID: connID = number
        case .txID: txID = number
        case .access: access = number
        default: break
        }
    }
}

import XenstoreStream

extension ImageSource {
    var archive: Archive? {
        if case .archive(let archive, _) = origin { archive } else { nil }
    }

    /// The same image; one that was not checked, with the checks.
    func checked() throws -> ImageSource {
        guard case .unchecked(let image) = origin else { return self }
        return ImageSource(name: name, file: try image.checked())
    }

    /// Whether both files have the same bytes; of two streams, without a hash of each.
    package func hasSameBytes(as other: ImageSource) -> Bool {
        guard size == other.size else { return false }
        if case .unchecked(let left) = origin, case .unchecked(let right) = other.origin {
            return left.bytes[...].hasSameBytes(as: right.bytes[...])
        }
        return sha256 == other.sha256
    }

    func hasDuplicateNodes() throws -> Bool {
        switch origin {
        case .file(let image): return image.hasDuplicateNodes
        case .unchecked(let image): return try image.checked().hasDuplicateNodes
        case .archive(let archive, let image):
            let row = try archive.database.prepare("SELECT 1 FROM finding WHERE stream_id = ? AND rule = ?")
            try row.bind(1, image.stream.streamID)
            try row.bind(2, Rule.duplicateNode.rawValue)
            return try row.step()
        }
    }

    func frames() throws -> ImagePair.Items {
        switch origin {
        case .file(let image): return image.frames
        case .unchecked(let image): return try image.checked().frames
        case .archive(let archive, let image):
            let encoded = try image.stream.encodedInOrder(archive.database)
            return ImagePair.Items(
                reader: RecordReader(stream: encoded.bytes, format: image.stream.format),
                frames: SequenceMatch.Frames(encoded),
                isDamage: { Int(encoded.items[$0].table) == SpanTable.damageIndex })
        }
    }
}

import XenstoreStream

extension ImageSource {
    var archive: Archive? {
        if case .archive(let archive, _) = origin { archive } else { nil }
    }

    func hasDuplicateNodes() throws -> Bool {
        switch origin {
        case .file(let image): return image.hasDuplicateNodes
        case .archive(let archive, let image):
            let row = try archive.database.prepare("SELECT 1 FROM finding WHERE stream_id = ? AND rule = ?")
            try row.bind(1, image.stream.streamID)
            try row.bind(2, Rule.duplicateNode.rawValue)
            return try row.step()
        }
    }

    func frames() throws -> ImagePair.Items {
        switch origin {
        case .file(let image):
            return ImagePair.Items(
                reader: RecordReader(stream: image.bytes, format: image.format),
                frames: SequenceMatch.Frames(bytes: image.bytes, starts: image.starts), isDamage: image.damages.contains
            )
        case .archive(let archive, let image):
            let encoded = try image.stream.encodedInOrder(archive.database)
            return ImagePair.Items(
                reader: RecordReader(stream: encoded.bytes, format: image.stream.format),
                frames: SequenceMatch.Frames(encoded),
                isDamage: { Int(encoded.items[$0].table) == SpanTable.damageIndex })
        }
    }
}

import XenstoreStream

extension ScannedImage {
    var frames: ImagePair.Items {
        ImagePair.Items(
            reader: RecordReader(stream: bytes, format: format),
            frames: SequenceMatch.Frames(bytes: bytes, starts: starts), isDamage: damages.contains)
    }
}

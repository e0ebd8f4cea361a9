import XenstoreArchive
import XenstoreStream

extension ConnectionData {
    /// Empties both buffers.
    mutating func dropBuffers() {
        inData = []
        outData = []
        outRespLength = 0
    }
}

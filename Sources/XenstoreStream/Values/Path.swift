/// What a path shows by itself (xenstore.txt, "Permitted characters in paths" and "Protocol
/// limits").
package enum Path {
    /// The longest absolute path without its NUL, in bytes.
    package static let longest = 3071

    /// The root.
    package static let root: Octets = [ASCII.slash]

    @inlinable
    package static func isRoot(_ path: Octets) -> Bool {
        path.count == 1 && path.first == ASCII.slash
    }

    /// Whether the path begins at the root.
    @inlinable
    package static func isAbsolute(_ path: Octets) -> Bool {
        path.first == ASCII.slash
    }

    /// Whether the path names a special node, like @releaseDomain.
    @inlinable
    package static func isSpecial(_ path: Octets) -> Bool {
        path.first == ASCII.at
    }

    /// Whether the path means the same for every domain: it is absolute or special, not relative to
    /// a home.
    @inlinable
    package static func isFixed(_ path: Octets) -> Bool {
        isAbsolute(path) || isSpecial(path)
    }

    /// The path up to its last `/`; nil for the root and for paths that are not absolute.
    @inlinable
    package static func parent(of path: Octets) -> Octets? {
        guard path.count > 1, path.first == ASCII.slash, let slash = path.lastIndex(of: ASCII.slash) else { return nil }
        return slash == path.startIndex ? path[slash...slash] : path[path.startIndex..<slash]
    }

    /// Whether `parent`, which is not empty, is the parent of `path`. Makes no slice, so it counts
    /// no reference: most nodes follow a sibling, and two threads may read the same image.
    @inlinable
    package static func isChild(_ path: Octets, of parent: Octets) -> Bool {
        path.withUnsafeBytes { isChild($0, of: parent) }
    }

    @inlinable
    package static func isChild(_ path: UnsafeRawBufferPointer, of parent: Octets) -> Bool {
        parent.withUnsafeBytes { isChild(path, of: $0) }
    }

    @inlinable
    package static func isChild(_ path: UnsafeRawBufferPointer, of parent: UnsafeRawBufferPointer) -> Bool {
        let slash = parent.count == 1 ? 0 : parent.count
        guard slash + 1 < path.count, path[slash] == ASCII.slash, path[0] == ASCII.slash else { return false }
        // A loop by hand: `contains` takes four times as long for a short name.
        var offset = slash + 1
        while offset < path.count {
            if path[offset] == ASCII.slash { return false }
            offset += 1
        }
        return UnsafeRawBufferPointer(rebasing: path[..<max(1, slash)]).hasSameBytes(as: parent)
    }

    /// The same of two paths in the same bytes.
    package static func isChild(_ path: Range<Int>, of parent: Range<Int>, in bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes {
            isChild(UnsafeRawBufferPointer(rebasing: $0[path]), of: UnsafeRawBufferPointer(rebasing: $0[parent]))
        }
    }

    /// What follows the last `/`; the whole path if it has none.
    @inlinable
    package static func name(of path: Octets) -> Octets {
        path.lastIndex(of: ASCII.slash).map { path[($0 + 1)...] } ?? path
    }

    /// The path of a child.
    package static func child(_ name: Octets, of path: Octets) -> Octets {
        // Not longer than needed: a store has hundreds of thousands of paths.
        var child: [UInt8] = []
        child.reserveCapacity(path.count + 1 + name.count)
        child.append(contentsOf: path)
        if path.last != ASCII.slash { child.append(ASCII.slash) }
        child.append(contentsOf: name)
        return child[...]
    }

    /// Whether `path` is `top` or below it.
    package static func isAtOrBelow(_ path: Octets, _ top: Octets) -> Bool {
        guard path.count >= top.count else { return false }
        let isBoundary =
            path.count == top.count || path[path.startIndex + top.count] == ASCII.slash || top.last == ASCII.slash
        return isBoundary && path.prefix(top.count).elementsEqual(top)
    }

    // MARK: Validity

    /// Whether the path is absolute and has no empty part, only permitted characters, and at most
    /// `longest` bytes. One walk decides, because this runs for every node.
    package static func isValid(_ path: Octets) -> Bool {
        path.withUnsafeBytes(isValid)
    }

    static func isValid(_ path: UnsafeRawBufferPointer) -> Bool {
        let count = path.count
        guard count <= longest, path.first == ASCII.slash else { return false }
        if count == 1 { return true }
        guard path[count - 1] != ASCII.slash else { return false }
        // Each block is looked at together with the bytes one before it. The last one overlaps the
        // block before, so that no byte of a long path is looked at alone.
        let width = 16
        guard count > width else { return isValid(path, from: 1) }
        var offset = 1
        while offset < count {
            let start = min(offset, count - width)
            guard isValidBlock(path, at: start) else { return false }
            offset = start + width
        }
        return true
    }

    /// Whether the bytes from `offset` on, which is at least 1, may follow the bytes before them.
    private static func isValid(_ path: UnsafeRawBufferPointer, from offset: Int) -> Bool {
        var offset = offset
        while offset < path.count {
            let byte = path[offset]
            if !isCharacter(byte) || (byte == ASCII.slash && path[offset - 1] == ASCII.slash) { return false }
            offset += 1
        }
        return true
    }

    /// Whether 16 bytes are permitted characters, and none is a `/` after a `/`.
    private static func isValidBlock(_ path: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        typealias Block = SIMD16<UInt8>
        let block = path.loadUnaligned(fromByteOffset: offset, as: Block.self)
        let before = path.loadUnaligned(fromByteOffset: offset - 1, as: Block.self)
        let slashes = block .== Block(repeating: ASCII.slash)
        let letters = ((block | Block(repeating: 0x20)) &- Block(repeating: 0x61)) .< Block(repeating: 26)
        // `-`, `/` and the digits are next to each other, but for a dot.
        let signs =
            (block &- Block(repeating: 0x2D)) .< Block(repeating: 13) .& (block .!= Block(repeating: 0x2E))
        let others = (block .== Block(repeating: ASCII.at)) .| (block .== Block(repeating: 0x5F))
        let isOdd = .!(letters .| signs .| others) .| (slashes .& (before .== Block(repeating: ASCII.slash)))
        let words = unsafeBitCast(isOdd, to: SIMD2<UInt64>.self)
        return words.x | words.y == 0
    }

    /// Whether the path is absolute and has no empty part.
    package static func isWellFormed(_ path: Octets) -> Bool {
        isAbsolute(path) && (path.count == 1 || (path.last != ASCII.slash && !hasEmptyPart(path)))
    }

    /// Whether two `/` follow each other.
    static func hasEmptyPart(_ path: Octets) -> Bool {
        var previous: UInt8 = 0
        for byte in path {
            if byte == ASCII.slash && previous == ASCII.slash { return true }
            previous = byte
        }
        return false
    }

    /// Whether a path may have this byte: a digit, a letter, or one of `-/_@`.
    @inline(__always)
    package static func isCharacter(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? characters.low : byte < 128 ? characters.high : 0
        return word &>> UInt64(byte & 63) & 1 == 1
    }

    /// A bit for each permitted character.
    private static let characters = (low: UInt64(0x03FF_A000_0000_0000), high: UInt64(0x07FF_FFFE_87FF_FFFF))
}

/// What rows with numbers in a row hold. An import gives such numbers to what belongs to a segment.
struct LogNumbered<Element> {
    private var first: Int64 = 0
    private var elements: [Element] = []

    /// - Parameters:
    ///   - rows: in the order of their first column, which has the number.
    ///   - element: makes an element of a row.
    init(_ rows: Statement, _ element: (Statement) -> Element) throws {
        while try rows.step() {
            let number = rows.integer(0)
            if elements.isEmpty { first = number }
            // An import gives no numbers with a gap: what these belong to is not found.
            guard number &- first == Int64(elements.count) else { continue }
            elements.append(element(rows))
        }
    }

    /// The element with a number; nil if there is none.
    subscript(number: Int64) -> Element? {
        let index = Int(number &- first)
        return elements.indices.contains(index) ? elements[index] : nil
    }
}

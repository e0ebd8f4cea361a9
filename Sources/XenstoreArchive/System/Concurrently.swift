import Dispatch

/// Runs two pieces of work at the same time, if the machine has two processors: the longer one sets
/// the time.
///
/// The two must not touch the same data; only one of them may use a `Database`.
/// - Throws: what the first throws, otherwise what the second throws.
package func concurrently<First, Second, Failure>(
    _ first: () throws(Failure) -> First, _ second: () throws(Failure) -> Second
) throws(Failure) -> (First, Second) {
    // Each of the two fills its own result, and both are done when `concurrentPerform` returns.
    nonisolated(unsafe) let left = UnsafeMutablePointer<Result<First, Failure>>.allocate(capacity: 1)
    nonisolated(unsafe) let right = UnsafeMutablePointer<Result<Second, Failure>>.allocate(capacity: 1)
    defer {
        left.deallocate()
        right.deallocate()
    }
    withoutActuallyEscaping(first) { first in
        withoutActuallyEscaping(second) { second in
            nonisolated(unsafe) let (first, second) = (first, second)
            DispatchQueue.concurrentPerform(iterations: 2) { number in
                if number == 0 {
                    left.initialize(to: Result(catching: first))
                } else {
                    right.initialize(to: Result(catching: second))
                }
            }
        }
    }
    let results = (left.move(), right.move())
    return (try results.0.get(), try results.1.get())
}

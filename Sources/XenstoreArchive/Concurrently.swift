import Dispatch

/// Does two pieces of work at the same time, where the machine has two processors: the wait is that for the longer one.
///
/// The two must not touch the same thing; a `Database` is for one of them only.
/// - Throws: what the first has thrown, else what the second has.
public func concurrently<First, Second>(_ first: () throws -> First, _ second: () throws -> Second) throws -> (First, Second) {
    // Each of the two writes a variable of its own, and both are done when `concurrentPerform` returns.
    nonisolated(unsafe) var left: Result<First, any Error> = .failure(CancellationError())
    nonisolated(unsafe) var right: Result<Second, any Error> = .failure(CancellationError())
    withoutActuallyEscaping(first) { first in
        withoutActuallyEscaping(second) { second in
            nonisolated(unsafe) let (first, second) = (first, second)
            DispatchQueue.concurrentPerform(iterations: 2) { number in
                if number == 0 { left = Result(catching: first) } else { right = Result(catching: second) }
            }
        }
    }
    return (try left.get(), try right.get())
}

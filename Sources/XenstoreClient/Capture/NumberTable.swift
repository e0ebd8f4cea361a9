/// Finds numbers by the hash of what each stands for; what that is, its owner knows.
///
/// Unlike the tables of an image it forgets numbers, too. A slot of eight bytes for each is all.
struct NumberTable {
    private struct Slot {
        var hash: UInt32 = 0
        /// The number plus 1; 0: free.
        var entry: UInt32 = 0
    }

    /// Their number is a power of 2, and at most three quarters of them are taken.
    private var slots = [Slot](repeating: Slot(), count: 1 << 8)
    private(set) var count = 0

    /// The number with a hash that `isWanted` accepts; nil if there is none.
    func number(_ hash: UInt32, where isWanted: (Int) -> Bool) -> Int? {
        let mask = slots.count - 1
        var place = Int(hash) & mask
        while slots[place].entry != 0 {
            let number = Int(slots[place].entry) - 1
            if slots[place].hash == hash, isWanted(number) { return number }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Adds a number that is not there.
    mutating func insert(_ number: Int, _ hash: UInt32) {
        if 4 * (count + 1) > 3 * slots.count { grow() }
        count += 1
        put(Slot(hash: hash, entry: UInt32(truncatingIfNeeded: number + 1)))
    }

    /// Removes a number, if it is there.
    mutating func remove(_ number: Int, _ hash: UInt32) {
        let mask = slots.count - 1
        var place = Int(hash) & mask
        while slots[place].entry != UInt32(truncatingIfNeeded: number + 1) {
            if slots[place].entry == 0 { return }
            place = (place + 1) & mask
        }
        count -= 1
        slots[place] = Slot()
        // What follows may have been put there because the slot was taken.
        place = (place + 1) & mask
        while slots[place].entry != 0 {
            let slot = slots[place]
            slots[place] = Slot()
            put(slot)
            place = (place + 1) & mask
        }
    }

    private mutating func put(_ slot: Slot) {
        let mask = slots.count - 1
        var place = Int(slot.hash) & mask
        while slots[place].entry != 0 { place = (place + 1) & mask }
        slots[place] = slot
    }

    private mutating func grow() {
        let before = slots
        slots = Array(repeating: Slot(), count: 2 * before.count)
        for slot in before where slot.entry != 0 { put(slot) }
    }
}

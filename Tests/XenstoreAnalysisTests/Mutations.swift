import TestSupport
import XenstoreStream

/// Changes records as the time between two images might, and worse.
struct Mutations {
    var random: SeededGenerator

    /// The records after so many changes.
    mutating func mutated(_ bodies: [RecordBody], count: Int) -> [RecordBody] {
        var bodies = bodies
        for _ in 0..<count { mutate(&bodies) }
        return bodies
    }

    private mutating func mutate(_ bodies: inout [RecordBody]) {
        guard !bodies.isEmpty else { return }
        let index = random.below(bodies.count)
        switch random.below(12) {
        case 0: bodies.remove(at: index)
        case 1: bodies.swapAt(index, random.below(bodies.count))
        case 2: bodies.insert(bodies[index], at: random.below(bodies.count))
        case 3: bodies.insert(newRecord(), at: random.below(bodies.count))
        case 4: renumber(&bodies)
        case 5: giveAnotherUniqueID(&bodies)
        default: bodies[index] = changed(bodies[index])
        }
    }

    private mutating func newRecord() -> RecordBody {
        let number = random.below(4)
        switch random.below(6) {
        case 0: return node("/new/\(number)", "\(random.below(3))", "n0,r\(number)")
        case 1: return watch(UInt32(number), "/new", "token \(random.below(3))")
        case 2: return ring(UInt32(100 + random.below(50)), of: UInt16(100 + random.below(50)))
        case 3: return socket(UInt32(200 + number), descriptor: Int32(200 + number))
        case 4: return transaction(UInt32(number), tx: UInt32(random.below(3)))
        default: return pendingNode(UInt32(1 + number), tx: 7, "/p/\(random.below(3))", "x")
        }
    }

    private mutating func changed(_ body: RecordBody) -> RecordBody {
        switch body {
        case .global(var data):
            data.rwSocketFD += 1
            return .global(data)
        case .connection(var data):
            switch random.below(4) {
            case 0: data.inData.append(UInt8(random.below(256)))
            case 1: data.outData.append(UInt8(random.below(256)))
            case 2: data.evtchn += 1
            default: data.tdomid = UInt16(random.below(3))
            }
            return .connection(data)
        case .watch(var data):
            data.token.octets.append(0x61 + UInt8(random.below(3)))
            return .watch(data)
        case .watchExtended(var data):
            data.depth += 1
            return .watchExtended(data)
        case .transaction(var data):
            data.txID += 1
            return .transaction(data)
        case .node(var data):
            switch random.below(5) {
            case 0: data.access ^= 1
            case 1: data.txID += 1
            case 2: data.value.append(UInt8(random.below(256)))
            case 3: data.perms.append(Permission(perm: 0x72, flags: UInt8(random.below(3)), domid: 7))
            default:
                data.value = [0x30 + UInt8(random.below(10))]
                if !data.perms.isEmpty { data.perms[0].domid += 1 }
            }
            return .node(data)
        case .globalQuota(var data):
            change(&data.quotas)
            return .globalQuota(data)
        case .domain(var data):
            if random.chance(30) { data.features ^= 4 }
            change(&data.quotas)
            return .domain(data)
        case .opaque(var data):
            data.body.append(1)
            return .opaque(data)
        }
    }

    private mutating func change(_ quotas: inout [Quota]) {
        guard !quotas.isEmpty else { return }
        let index = random.below(quotas.count)
        if random.chance(50) { quotas[index].value += 1 } else { quotas[index].name.append(0x78) }
    }

    /// Gives every connection another conn-id, as each dump does.
    private mutating func renumber(_ bodies: inout [RecordBody]) {
        let step = UInt32(1 + random.below(5))
        bodies = bodies.map { $0.renumbered { $0 + step } }
    }

    /// A domid has one domain at a time, so all its connections get the new id.
    private mutating func giveAnotherUniqueID(_ bodies: inout [RecordBody]) {
        let domid = UInt16(1 + random.below(6))
        let id = random.chance(20) ? 0 : random.next()
        bodies = bodies.map { body in
            guard case .connection(var data) = body, data.kind == .ring, data.domid == domid else { return body }
            (data.fields, data.uniqueID) = (data.fields | 1, id)
            return .connection(data)
        }
    }
}

import TestSupport
import XenstoreStream

/// What a toolstack, its backends and a guest's agent write for one running guest: about 170 nodes.
struct Guest {
    let domid: Int
    let uuid: String
    /// The nodes whose values change while the guest runs.
    private(set) var volatile: [StoreNode] = []

    init(domid: Int, extraNodes: Int, in root: StoreNode, _ random: inout SeededGenerator) {
        self.domid = domid
        uuid = Guest.uuid(&random)
        let home = root.make("local/domain/\(domid)", "", [.n(0), .r(domid)])
        addHome(home, &random)
        for (index, device) in [51712, 51728].prefix(random.chance(15) ? 2 : 1).enumerated() {
            addDisk(device, index, root, home, &random)
        }
        for index in 0..<(random.chance(10) ? 2 : 1) { addNetwork(index, root, home, &random) }
        addKeyboard(root, home)
        addAgent(home, &random)
        for index in 0..<extraNodes { home.make("data/extra/report-\(index)", "\(random.below(1 << 24))", [.n(domid)]) }
        addToolstack(root, home)
    }

    private static func uuid(_ random: inout SeededGenerator) -> String {
        let digits = (0..<32).map { _ in String(random.below(16), radix: 16) }.joined()
        var parts: [Substring] = []
        var rest = digits[...]
        for count in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return parts.joined(separator: "-")
    }

    // MARK: Parts

    private mutating func addHome(_ home: StoreNode, _ random: inout SeededGenerator) {
        let shared: [Permission] = [.n(0), .r(domid)]
        home.make("vm", "/vm/\(uuid)", shared)
        home.make("name", "guest-\(domid)", shared)
        for cpu in 0..<(1 + random.below(4)) { home.make("cpu/\(cpu)/availability", "online", shared) }
        let memory = String(262144 * (1 + random.below(32)) + 1)
        home.make("memory/static-max", memory, shared)
        volatile.append(home.make("memory/target", memory, shared))
        home.make("memory/videoram", random.chance(30) ? "8192" : "0", shared)
        home.make("domid", "\(domid)", shared)
        home.make("store/port", "1", shared)
        home.make("store/ring-ref", "\(1_044_000 + random.below(1000))", shared)
        let console = [
            ("backend", "/local/domain/0/backend/console/\(domid)/0"), ("backend-id", "0"), ("limit", "1048576"),
            ("type", "xenconsoled"), ("output", "pty"), ("tty", "/dev/pts/\(domid)"), ("port", "2"),
            ("ring-ref", "\(1_044_000 + random.below(1000))"), ("vnc-listen", "127.0.0.1"),
        ]
        for (name, value) in console { home.make("console/\(name)", value, shared) }
        for name in ["acpi", "acpi_s3", "acpi_s4"] { home.make("platform/\(name)", "1", shared) }
        for name in ["bios", "allow-memory-relocate"] {
            home.make("hvmloader/\(name)", name == "bios" ? "seabios" : "0", shared)
        }
        home.make("control", "", shared)
        for name in ["shutdown", "sysrq"] { home.make("control/\(name)", "", [.n(domid)]) }
        for name in ["suspend", "poweroff", "reboot"] { home.make("control/feature-\(name)", "1", [.n(domid)]) }
        home.make("control/platform-feature-multiprocessor-suspend", "1", shared)
        home.make("control/platform-feature-xs_reset_watches", "1", shared)
        home.make("device/suspend", "", shared)
        home.make("device/suspend/event-channel", "17", [.n(domid)])
    }

    /// One device: the frontend's nodes, which the guest owns, and the backend's, which domain 0
    /// owns.
    private mutating func addDevice(
        _ kind: String, _ id: Int, _ root: StoreNode, _ home: StoreNode, frontend: [(String, String)],
        backend: [(String, String)]
    ) {
        let (front, back): ([Permission], [Permission]) = ([.n(domid), .r(0)], [.n(0), .r(domid)])
        let backPath = "local/domain/0/backend/\(kind)/\(domid)/\(id)"
        home.make("device/\(kind)", "", back)
        home.make("device/\(kind)/\(id)/backend", "/" + backPath, front)
        home.make("device/\(kind)/\(id)/backend-id", "0", front)
        volatile.append(home.make("device/\(kind)/\(id)/state", "4", front))
        for (name, value) in frontend { home.make("device/\(kind)/\(id)/\(name)", value, front) }
        root.make(backPath + "/frontend", "/local/domain/\(domid)/device/\(kind)/\(id)", back)
        root.make(backPath + "/frontend-id", "\(domid)", back)
        root.make(backPath + "/online", "1", back)
        volatile.append(root.make(backPath + "/state", "4", back))
        for (name, value) in backend { root.make("\(backPath)/\(name)", value, back) }
    }

    private mutating func addDisk(
        _ id: Int, _ index: Int, _ root: StoreNode, _ home: StoreNode, _ random: inout SeededGenerator
    ) {
        addDevice(
            "vbd", id, root, home,
            frontend: [
                ("virtual-device", "\(id)"), ("device-type", "disk"), ("multi-queue-num-queues", "1"),
                ("ring-ref", "\(random.below(4000))"),
                ("event-channel", "\(random.below(4000))"), ("protocol", "x86_64-abi"), ("feature-persistent", "1"),
            ],
            backend: [
                ("removable", "0"), ("bootable", index == 0 ? "1" : "0"), ("dev", index == 0 ? "xvda" : "xvdb"),
                ("type", "phy"), ("mode", "w"),
                ("device-type", "disk"), ("discard-enable", "1"), ("params", "/dev/vg0/guest-\(domid)-disk\(index)"),
                ("physical-device", "fe:\(random.below(255))"), ("feature-flush-cache", "1"), ("feature-barrier", "1"),
                ("feature-discard", "0"), ("feature-persistent", "1"), ("feature-max-indirect-segments", "256"),
                ("sectors", "\(2_097_152 * (1 + random.below(64)))"), ("info", "0"), ("sector-size", "512"),
                ("physical-sector-size", "512"), ("multi-queue-max-queues", "4"), ("max-ring-page-order", "4"),
                ("hotplug-status", "connected"), ("script", "/etc/xen/scripts/block"),
            ])
    }

    private mutating func addNetwork(_ id: Int, _ root: StoreNode, _ home: StoreNode, _ random: inout SeededGenerator) {
        let mac = "00:16:3e:" + (0..<3).map { _ in String(16 + random.below(240), radix: 16) }.joined(separator: ":")
        var frontend = [
            ("handle", "\(id)"), ("mac", mac), ("mtu", "1500"), ("xdp-headroom", "0"), ("multi-queue-num-queues", "2"),
            ("request-rx-copy", "1"),
            ("feature-rx-notify", "1"), ("feature-sg", "1"), ("feature-gso-tcpv4", "1"), ("feature-gso-tcpv6", "1"),
            ("feature-ipv6-csum-offload", "1"),
        ]
        for queue in 0..<2 {
            for name in ["tx-ring-ref", "rx-ring-ref", "event-channel-tx", "event-channel-rx"] {
                frontend.append(("queue-\(queue)/\(name)", "\(random.below(4000))"))
            }
        }
        addDevice(
            "vif", id, root, home, frontend: frontend,
            backend: [
                ("script", "/etc/xen/scripts/vif-bridge"), ("mac", mac), ("bridge", "xenbr0"), ("handle", "\(id)"),
                ("type", "vif"),
                ("mtu", "1500"), ("feature-sg", "1"), ("feature-gso-tcpv4", "1"), ("feature-gso-tcpv6", "1"),
                ("feature-ipv6-csum-offload", "1"), ("feature-rx-copy", "1"), ("feature-xdp-headroom", "1"),
                ("feature-multicast-control", "1"), ("feature-dynamic-multicast-control", "1"),
                ("feature-split-event-channels", "1"),
                ("multi-queue-max-queues", "2"), ("feature-ctrl-ring", "1"), ("hotplug-status", "connected"),
            ])
    }

    private mutating func addKeyboard(_ root: StoreNode, _ home: StoreNode) {
        addDevice(
            "vkbd", 0, root, home, frontend: [("request-abs-pointer", "1")], backend: [("feature-abs-pointer", "1")])
    }

    private mutating func addAgent(_ home: StoreNode, _ random: inout SeededGenerator) {
        let own: [Permission] = [.n(domid)]
        home.make(
            "data/os_name",
            ["Debian GNU/Linux 12 (bookworm)", "Ubuntu 24.04.1 LTS", "Rocky Linux 9.4"][random.below(3)], own)
        for name in ["meminfo_free", "meminfo_total", "updated", "report", "cpu_load", "uptime"] {
            volatile.append(home.make("data/\(name)", "\(random.below(1 << 24))", own))
        }
        home.make("drivers/0", "xenbus-83", own)
        home.make("feature", "", own)
        for name in ["MajorVersion", "MinorVersion", "MicroVersion", "BuildVersion", "Installed"] {
            home.make("attr/PVAddons/\(name)", "\(random.below(9))", own)
        }
        home.make("attr/vif/0/ipv4/0", "10.\(random.below(256)).\(random.below(256)).\(random.below(256))", own)
        home.make("attr/vif/0/ipv6/0", "fe80::216:3eff:fe\(String(256 + random.below(3840), radix: 16)):\(domid)", own)
        home.make("error", "", own)
    }

    private func addToolstack(_ root: StoreNode, _ home: StoreNode) {
        let shared: [Permission] = [.n(0), .r(domid)]
        root.make("local/domain/0/device-model/\(domid)/state", "running", shared)
        root.make("local/domain/0/device-model/\(domid)/physmap", "", [.n(0)])
        root.make("vm/\(uuid)/uuid", uuid, shared)
        root.make("vm/\(uuid)/name", "guest-\(domid)", shared)
        for (name, value) in [
            ("ostype", "linux"), ("kernel", "/boot/vmlinuz-6.1.0-13-amd64"),
            ("ramdisk", "/boot/initrd.img-6.1.0-13-amd64"),
            ("cmdline", "root=/dev/xvda1 ro console=hvc0"),
        ] { root.make("vm/\(uuid)/image/\(name)", value, shared) }
        root.make("vm/\(uuid)/start_time", "1693571234.22", shared)
        root.make("vm/\(uuid)/rtc_timeoffset", "0", shared)
        root.make("libxl/\(domid)/dm-version", "qemu_xen", [.n(0)])
        for device in ["vbd/51712", "vif/0", "vkbd/0"] {
            let kind = device.prefix { $0 != "/" }
            let id = device.drop { $0 != "/" }.dropFirst()
            root.make("libxl/\(domid)/device/\(device)/frontend", "/local/domain/\(domid)/device/\(device)", [.n(0)])
            root.make(
                "libxl/\(domid)/device/\(device)/backend", "/local/domain/0/backend/\(kind)/\(domid)/\(id)", [.n(0)])
            root.make("libxl/\(domid)/device/\(device)/params", "", [.n(0)])
        }
    }

    /// Removes the guest's nodes from the store, as a toolstack does when the guest ends.
    func remove(from root: StoreNode) {
        root.child("local")?.child("domain")?.remove("\(domid)")
        for kind in ["vbd", "vif", "vkbd"] {
            root.make("local/domain/0/backend/\(kind)", "", [.n(0)]).remove("\(domid)")
        }
        root.make("local/domain/0/device-model", "", [.n(0)]).remove("\(domid)")
        root.child("vm")?.remove(uuid)
        root.child("libxl")?.remove("\(domid)")
    }
}

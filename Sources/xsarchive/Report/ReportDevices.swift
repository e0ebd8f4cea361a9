import XenstoreArchive
import XenstoreStream

/// The devices of one image or of two, with the states of both ends.
///
/// A frontend is /local/domain/DOMID/device/KIND/ID or a domain's console, and names its backend. A
/// backend that no frontend names is a device of its own.
struct ReportDevices {
    struct Device {
        let domid: Octets
        let kind: Octets
        let id: Octets
        /// Indices in the tree; nil if there is no such node.
        let frontend: Int?
        let backend: Int?
        /// The backend according to the toolstack, if the frontend names another one.
        let redirectedFrom: Octets?
        /// Whether the image does not cover the end that it does not have.
        let hasUnknownEnd: Bool
    }

    private(set) var devices: [Device] = []
    private let tree: ReportTree
    /// What the image covers, the newer one of two.
    private let coverage: Coverage
    private let isListing: Bool

    init(_ tree: ReportTree, _ image: ImageSource) {
        self.tree = tree
        coverage = image.coverage
        isListing = image.format.layout.isListing
        var known: Set<Int> = []
        for domain in children(tree.find("/local/domain")) {
            for (kind, id, frontend) in frontends(of: domain) {
                let backend = value(frontend, "backend").flatMap(tree.find)
                if let backend { known.insert(backend) }
                add(domain, kind, id, frontend, backend)
            }
        }
        addBackendsAlone(except: known)
    }

    private func frontends(of domain: Int) -> [(kind: Octets, id: Octets, index: Int)] {
        var found: [(kind: Octets, id: Octets, index: Int)] = []
        if let console = child(domain, "console"), child(console, "backend") != nil {
            found.append((Octets("console".utf8), Octets("0".utf8), console))
        }
        for kind in children(child(domain, "device")) {
            for device in tree.children(of: kind)
            where child(device, "backend") != nil || child(device, "state") != nil {
                found.append((tree.name(kind), tree.name(device), device))
            }
        }
        return found
    }

    private mutating func add(_ domain: Int, _ kind: Octets, _ id: Octets, _ frontend: Int, _ backend: Int?) {
        let domid = tree.name(domain)
        let names = [Octets("libxl".utf8), domid, Octets("device".utf8), kind, id, Octets("backend".utf8)]
        let toolstack = tree.find("/").flatMap { tree.find(names, from: $0) }.flatMap {
            whole(tree.content($0))
        }
        let isRedirected =
            toolstack != nil && value(frontend, "backend") != nil && toolstack != value(frontend, "backend")
        devices.append(
            Device(
                domid: domid, kind: kind, id: id, frontend: frontend, backend: backend,
                redirectedFrom: isRedirected ? toolstack : nil,
                hasUnknownEnd: backend == nil && isUnknown(value(frontend, "backend"))))
    }

    /// Backends are at /local/domain/BACKEND/backend/KIND/FRONTEND/ID.
    private mutating func addBackendsAlone(except known: Set<Int>) {
        for domain in children(tree.find("/local/domain")) {
            for kind in children(child(domain, "backend")) {
                for of in tree.children(of: kind) {
                    for backend in tree.children(of: of)
                    where !known.contains(backend) && child(backend, "state") != nil {
                        devices.append(
                            Device(
                                domid: tree.name(of), kind: tree.name(kind), id: tree.name(backend),
                                frontend: nil, backend: backend, redirectedFrom: nil,
                                hasUnknownEnd: isUnknown(value(backend, "frontend"))))
                    }
                }
            }
        }
    }

    private func children(_ index: Int?) -> [Int] {
        index.map(tree.children) ?? []
    }

    private func child(_ index: Int, _ name: String) -> Int? {
        tree.find([Octets(name.utf8)], from: index)
    }

    /// The value in the newer image, or otherwise in the older one.
    private func value(_ index: Int, _ name: String) -> Octets? {
        child(index, name).flatMap { whole(tree.content($0) ?? tree.oldContent($0)) }
    }

    /// A value that is known as a whole.
    private func whole(_ content: ReportTree.Content?) -> Octets? {
        content.flatMap { $0.knowledge == .whole ? tree.value($0) : nil }
    }

    /// Whether the image does not say if there is a node at the path, which may be unknown itself.
    private func isUnknown(_ path: Octets?) -> Bool {
        guard let path, path.first == ASCII.slash else { return isListing }
        return !coverage.covers(.nodes, path)
    }

    // MARK: For the page

    private func state(_ end: Int?, isOld: Bool) -> Octets? {
        end.flatMap { child($0, "state") }.flatMap {
            whole(isOld ? tree.oldContent($0) : tree.content($0))
        }
    }

    /// domid, kind, id, then the frontend's position in the columns, its state and its previous
    /// state, the same for the backend, the backend according to the toolstack, and whether an end
    /// is not there because the image does not cover it.
    func json(_ columns: ReportColumns) -> JSON {
        func end(_ index: Int?) -> [JSON] {
            func text(_ octets: Octets?) -> JSON { .optional(octets.map(Escape.printable)) }
            return [
                .integer(index.map { Int64(columns.positions[$0]) } ?? -1), text(state(index, isOld: false)),
                text(state(index, isOld: true)),
            ]
        }
        return .array(
            devices.map { device in
                .array(
                    [device.domid, device.kind, device.id].map { .string(Escape.printable($0)) } + end(device.frontend)
                        + end(device.backend)
                        + [.optional(device.redirectedFrom.map(Escape.printable)), .bool(device.hasUnknownEnd)])
            })
    }
}

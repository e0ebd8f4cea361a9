import TestSupport
import Testing

/// What an argument names and no image has is refused, not answered with an empty table.
@Suite struct AbsentTests {
    @Test(arguments: ["dead_owner", "access", "domains"])
    func anImageOfAQuery(_ name: String) {
        let domain = name == "access" ? ["-P", "domid=3"] : []
        for value in ["9999", "@9999", "-1", "0"] {
            expectFailure(
                SharedArchive.run(["query", name, "-P", "image_id=\(value)"] + domain), 2, containing: ["no image @"])
        }
    }

    @Test func aRemovedImage() {
        let place = Workplace.withSharedImages()
        #expect(place.run("remove", "@2").ending == .exit(0))
        for arguments in [["-P", "image_id=2"], ["-i", "@2"]] {
            expectFailure(
                place.run(["query", "dead_owner"] + arguments), 2,
                "xsarchive.db: no image @2; 'xsarchive images --all' lists the images")
        }
        expectFailure(
            place.run("query", "growth", "-P", "before_id=1", "-P", "after_id=2"), 2, containing: ["no image @2"])
    }

    @Test(arguments: ["path_history", "first_last_seen", "domain_log", "domid_reuse", "flapping", "guest_log"])
    func aSeriesOfAQuery(_ name: String) {
        let parameters = ["-P", "path=/", "-P", "domid=3", "-P", "uuid=44f758cd-0aeb-44f9-a712-489050fe3281"]
        let wanted = [
            "path_history": Array(parameters[0..<2]), "first_last_seen": Array(parameters[0..<2]),
            "domain_log": Array(parameters[2..<4]), "guest_log": Array(parameters[4..<6]),
        ]
        expectFailure(
            SharedArchive.run(["query", name, "-P", "series=nope"] + (wanted[name] ?? [])), 2,
            containing: ["no series nope; 'xsarchive images' lists the series"])
        expectFailure(
            SharedArchive.run(["query", name, "-P", "series=mian"] + (wanted[name] ?? [])), 2,
            containing: ["no series mian; did you mean main?"])
    }

    @Test func aSeriesOfImages() {
        expectFailure(
            SharedArchive.run("images", "--series", "nope"), 2,
            containing: ["no series nope; 'xsarchive images' lists the series"])
        expectFailure(
            SharedArchive.run("images", "--series", "main", "--series", "mian"), 2,
            containing: ["no series mian; did you mean main?"])
    }

    @Test(arguments: ["path_history", "first_last_seen"]) func aPathOfAllImages(_ name: String) {
        for (path, advice) in [
            ("local/x", "give the full path, like /local/domain/0/name"),
            ("/local/domain/0/nmae", "did you mean /local/domain/0/name?"),
            ("/local/domain/0/name/", "did you mean /local/domain/0/name?"),
            ("/elsewhere/x", "'xsarchive ls' lists an image's nodes"),
        ] {
            expectFailure(
                SharedArchive.run("query", name, "-P", "path=\(path)"), 2,
                "\(path): not found in any image; \(advice)")
        }
    }

    @Test func aPathOfOneImage() {
        expectFailure(
            SharedArchive.run("query", "access", "-i", "@2", "-P", "domid=1", "-P", "path=/local/domain/1/nam"), 2,
            "/local/domain/1/nam: the image has no such node; did you mean /local/domain/1/name?")
        expectFailure(
            SharedArchive.run("query", "access", "-P", "image_id=2", "-P", "domid=1", "-P", "path=/elsewhere"), 2,
            "/elsewhere: the image has no such node; 'xsarchive ls' lists its nodes")
    }

    @Test func aDomainAndAGuestOfAllImages() {
        expectFailure(
            SharedArchive.run("query", "domain_log", "-P", "domid=4711"), 2,
            "domain 4711: not found in any image; 'xsarchive domains' lists an image's domains")
        expectFailure(
            SharedArchive.run("query", "guest_log", "-P", "uuid=/vm/none"), 2,
            "guest none: not found in any image; 'xsarchive domains' shows the UUIDs of an image")
    }

    @Test(arguments: ["access", "domain_log"], ["-1", "70000"])
    func aNumberThatIsNoDomid(_ name: String, _ domid: String) {
        expectFailure(
            SharedArchive.run("query", name, "-P", "domid=\(domid)"), 64,
            "query \(name): '\(domid)' is not a domid; give a number from 0 to 65535")
    }

    @Test func aPathOfADiff() {
        for arguments in [[], ["--quiet"], ["--stat"]] {
            expectFailure(
                SharedArchive.run(["diff", "@3", "@4", "--path", "/local/domian/3"] + arguments), 2,
                "/local/domian/3: none of the images has such a node; did you mean /local/domain/3?")
        }
        expectFailure(
            SharedArchive.run("diff", "@3", "@4", "--path", "/local/domain/3", "--path", "/elsewhere"), 2,
            "/elsewhere: none of the images has such a node; 'xsarchive ls' lists its nodes")
        expectFailure(
            SharedArchive.run("diff", "@3", "@4", "--path", "local/domain/3"), 2,
            "local/domain/3: none of the images has such a node; did you mean /local/domain/3?")
    }
}

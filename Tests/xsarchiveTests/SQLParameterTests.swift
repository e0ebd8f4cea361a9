import TestSupport
import Testing

/// Parameters of SQL that a user writes: all are bound, or the SQL is not run.
@Suite struct SQLParameterTests {
    private func count(_ sql: String, _ arguments: String...) -> String {
        let outcome = SharedArchive.run(["sql", sql, "--format", "csv"] + arguments)
        expectDone(outcome)
        return outcome.lines.last ?? ""
    }

    @Test(arguments: [":image_id", "@image_id", "$image_id"]) func theImageIsBound(_ parameter: String) {
        let sql = "SELECT count(*) AS n FROM nodes WHERE image_id = "
        #expect(count(sql + parameter, "-i", "@2") == count(sql + "2"))
        #expect(count(sql + parameter, "-i", "@xen-4.17-small.bin") == count(sql + "2"))
        #expect(count(sql + parameter, "--image", "@latest") == count(sql + "6"))
        #expect(count(sql + parameter, "-P", "image_id=@latest") == count(sql + "6"))
        #expect(count(sql + parameter, "-P", "image_id=2") == count(sql + "2"))
        #expect(count(sql + "2") != count(sql + "6"))
    }

    @Test func otherParametersAreBound() {
        let sql = "SELECT value FROM nodes WHERE image_id = :image_id AND path = :path"
        #expect(count(sql, "-i", "@3", "-P", "path=/local/domain/3/memory/target") == "1048577\r")
        #expect(count("SELECT typeof(:a) || typeof(:b) AS t", "-P", "a=3", "-P", "b='3'") == "integertext\r")
        #expect(count("SELECT :a || $b || @c AS t", "-P", "a=x=y", "-P", "b=", "-P", "c=03") == "x=y03\r")
    }

    @Test func theSQLOfAQueryRunsUnchanged() {
        let sql = String(decoding: Files.read(Fixtures.root + "/queries/growth.sql"), as: UTF8.self)
        let outcome = SharedArchive.run("sql", "-P", "before_id=@3", "-P", "after_id=@4", "--", sql)
        expectDone(outcome)
        #expect(
            outcome.lines.count
                == SharedArchive.run("query", "growth", "-P", "before_id=@3", "-P", "after_id=@4").lines.count)
    }

    @Test func aFileIsTheOnlyImageThatTheSQLSees() {
        let place = Workplace()
        let file = Fixtures.path("xen-4.17-small.bin")
        let outcome = place.run(
            "sql", "SELECT count(*) AS n FROM nodes WHERE image_id = :image_id", "-i", file, "--format", "csv")
        expectDone(outcome)
        #expect(outcome.lines.last == count("SELECT count(*) AS n FROM nodes WHERE image_id = 2"))
        expectDone(place.run("sql", "SELECT * FROM nodes", "-i", file))
        #expect(place.names == [])
    }

    @Test func aParameterWithoutAValueIsRefusedByName() {
        expectFailure(
            SharedArchive.run("sql", "select * from watches where image_id=:image_id"), 64,
            "the SQL has the parameter :image_id, which has no value; give it with -i IMAGE")
        expectFailure(
            SharedArchive.run("sql", "select * from watches where path=$path", "-P", "pth=/"), 64,
            "the SQL has no parameter pth; did you mean path?")
        expectFailure(
            SharedArchive.run("sql", "select * from watches where path=$path"), 64,
            "the SQL has the parameter $path, which has no value; give it with -P path=...")
        for sql in ["SELECT ?", "SELECT ?1", "SELECT ?, :a", "SELECT ?3"] {
            expectFailure(
                SharedArchive.run("sql", sql, "-P", "a=1"), 64,
                "the SQL has a parameter without a name; name it, like :path, and give it with -P path=...")
        }
    }

    @Test(arguments: ["@latest", "@latest~1", "@3"]) func aReferenceIsNoSQL(_ reference: String) {
        expectFailure(
            SharedArchive.run("sql", "select * from watches where image_id=\(reference)"), 64,
            containing: ["the SQL ", "write image_id = :image_id, and give the image with -i \(reference)"])
    }

    @Test func aValueWithoutAParameterIsRefused() {
        expectFailure(
            SharedArchive.run("sql", "SELECT 1", "-i", "@1"), 64,
            "the SQL has no parameter :image_id for -i; write WHERE image_id = :image_id, or leave out -i")
        expectFailure(
            SharedArchive.run("sql", "SELECT 1", "-P", "x=1"), 64,
            "the SQL has no parameter x; write it as :x, or leave out -P x")
        expectFailure(
            SharedArchive.run("sql", "SELECT :image_id", "-i", "@1", "-P", "image_id=2"), 64,
            "the image is given twice; give either -i or -P image_id")
        expectFailure(SharedArchive.run("sql", "SELECT :a", "-P", "a"), 64, "-P a: must be key=value")
    }

    @Test func anImageThatIsNotThereIsRefused() {
        let sql = "SELECT * FROM nodes WHERE image_id = :image_id"
        for arguments in [["-i", "@99"], ["-P", "image_id=99"], ["-P", "image_id=@99"]] {
            expectFailure(SharedArchive.run(["sql", sql] + arguments), 2, containing: ["no image @99"])
        }
    }
}

import Testing

@Suite struct DeclarationTests {
    private func shown(_ text: String) -> [String] {
        SwiftFile(text).declarations.map { "\($0.isTopLevel ? "" : "inner ")\($0.kind) \($0.name)" }
    }

    @Test func aTopLevelTypeIsSeen() {
        #expect(shown("struct A {}\nprivate final class B: A {\n}") == ["type A", "type B"])
        #expect(shown("@main\npublic struct A<T> where T: B {}") == ["type A"])
        #expect(shown("indirect enum E { case a(E) }\nprotocol P {}\nactor C {}") == ["type E", "type P", "type C"])
        #expect(shown("@available(*, unavailable) public struct A {}") == ["type A"])
    }

    @Test func anInnerTypeHasTheNameOfTheOneAroundIt() {
        #expect(
            shown("struct A {\n  func f() { if x { y } }\n  enum B { struct C {} }\n}\nstruct D {}")
                == ["type A", "inner type A.B", "inner type A.B.C", "type D"])
        #expect(shown("extension A.B { typealias C = Int }") == ["extension A.B", "inner alias A.B.C"])
    }

    @Test func extensionsAndTheRestAreSeen() {
        #expect(shown("extension [UInt8] {}\nextension @retroactive A: B {}") == ["extension Array", "extension A"])
        #expect(shown("func f() { let a = 1 }\nlet b = 2\ntypealias C = D") == ["function f", "value b", "alias C"])
    }

    @Test func whatOnlyLooksLikeADeclarationIsNone() {
        #expect(shown("import struct A.B\n// struct C {}\nlet s = \"struct D {}\"") == ["value s"])
        #expect(shown("enum A { case `class`, b\n class func f() {}\n let k = K.enum }") == ["type A"])
    }

    @Test func aDeclarationKnowsItsLines() {
        let declarations = SwiftFile("/// A.\nstruct A {\n  var b: Int { 1 }\n}\n\nextension A {}").declarations
        #expect(declarations.map(\.firstLine) == [2, 6])
        #expect(declarations.map(\.lineCount) == [3, 1])
    }
}

import Testing

@testable import CryptoTools

@Suite(.timeLimit(.minutes(1))) struct PasswordHashTests {
    private let cheap = ScryptCost(ln: 4, r: 1, p: 1)!

    @Test func verifiesOnlyThePassword() throws {
        for password in ["correct horse", "", "pä😀", "with\u{0}nul"] {
            let hash = try PasswordHash.make(password, cost: cheap)
            #expect(try hash.verify(password))
            #expect(try !hash.verify(password + "x"))
            #expect(try PasswordHash(parsing: hash.text) == hash)
            #expect(try PasswordHash(parsing: hash.text).verify(password))
        }
        #expect(try !PasswordHash.make("with\u{0}nul", cost: cheap).verify("with"))
    }

    @Test func saltsEachHash() throws {
        #expect(try PasswordHash.make("same", cost: cheap) != PasswordHash.make("same", cost: cheap))
    }

    @Test func writesItsParameters() throws {
        let hash = try PasswordHash.make("secret")
        #expect(hash.text.hasPrefix("$scrypt$ln=15,r=8,p=1$"))
        #expect(hash.text.split(separator: "$").map(\.count) == [6, 13, 22, 43])
        #expect(hash.description == "$scrypt$ln=15,r=8,p=1$…")
        #expect(try hash.verify("secret"))
    }

    @Test(arguments: [
        "", "secret", "$scrypt$", "$argon2id$ln=4,r=1,p=1$SALT$HASH",
        "$scrypt$ln=99,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=20,r=32,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=0,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8,p=99$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=-4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$r=8,ln=4,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
        "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA$",
    ])
    func refusesTexts(text: String) throws {
        let error = #expect(throws: CryptoError.self) { try PasswordHash(parsing: text) }
        #expect(error?.code == .invalidPasswordHash)
        #expect(error?.description.contains("AAAA") == false)
    }

    /// RFC 7914, section 12.
    @Test func derivesTheKeysOfTheStandard() throws {
        let empty = try scrypt([], salt: [], cost: #require(ScryptCost(ln: 4, r: 1, p: 1)), count: 64)
        #expect(
            Hex.encode(empty)
                == "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")
        let nacl = try scrypt(
            Array("password".utf8), salt: Array("NaCl".utf8), cost: #require(ScryptCost(ln: 10, r: 8, p: 16)), count: 64
        )
        #expect(
            Hex.encode(nacl)
                == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")
    }
}

import JSONKit
import Testing

@Suite struct JSONValueTests {
    @Test func comparesNumbersByValue() {
        #expect(JSON.int(1) == JSON.number(1.0))
        #expect(JSON.int(1) != JSON.number(1.5))
        #expect(JSON.int(0) == JSON.number(-0.0))
        #expect(JSON.number(.nan) == JSON.number(-.nan))
        // 2^53 + 1 rounds to 2^53 as a double, but is not equal to it.
        #expect(JSON.int(9_007_199_254_740_993) != JSON.number(9_007_199_254_740_992))
        #expect(JSON.int(.max) != JSON.number(0x1p63))
        #expect(JSON.int(1) != JSON.string("1"))
        #expect(JSON.int(0) != JSON.bool(false))
    }

    @Test func hashesEqualValuesAlike() {
        let pairs: [(JSON, JSON)] = [
            (1, 1.0), (0, -0.0), (.number(.nan), .number(-.signalingNaN)), (["a": 1, "b": 2], ["b": 2.0, "a": 1.0]),
            ([1, [2]], [1.0, [2.0]]),
        ]
        for (left, right) in pairs {
            #expect(left == right)
            #expect(left.hashValue == right.hashValue)
        }
        #expect(Set<JSON>([1, 1.0, 2, "1", ["a": 1], ["a": 1.0]]).count == 4)
    }

    @Test func comparesTextByCodePoints() throws {
        #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
        let object = try JSON.parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(object.objectValue?.count == 2)
        #expect(object["e\u{301}"] == 2)
    }

    @Test func givesTypedValues() {
        #expect(JSON.null.isNull && !JSON.bool(false).isNull)
        #expect(JSON.bool(true).boolValue == true)
        #expect(JSON.int(3).intValue == 3)
        #expect(JSON.number(3.0).intValue == 3)
        #expect(JSON.number(3.5).intValue == nil)
        #expect(JSON.number(1e300).intValue == nil)
        #expect(JSON.int(3).doubleValue == 3.0)
        #expect(JSON.string("3").intValue == nil)
        #expect(JSON.string("x").stringValue == "x")
        #expect(JSON.array([1]).arrayValue == [1])
        #expect(JSON.object(["a": 1]).objectValue == ["a": 1])
        let value: JSON = ["a": [1, ["b": "x"]]]
        #expect(value["a"]?[1]?["b"]?.stringValue == "x")
        #expect(value["b"] == nil)
        #expect(value["a"]?[2] == nil && value["a"]?[-1] == nil)
        #expect(value[0] == nil && value["a"]?["b"] == nil)
        #expect(
            [JSON.null, true, 1, 1.5, "", [], [:]].map(\.typeName) == [
                "null", "boolean", "number", "number", "string", "array", "object",
            ])
    }
}

@Suite struct JSONObjectTests {
    @Test func keepsTheOrderOfInsertion() {
        var object: JSONObject = ["z": 1, "a": 2]
        object["m"] = 3
        object["z"] = 4
        #expect(object.map(\.key) == ["z", "a", "m"])
        #expect(object.map(\.value) == [4, 2, 3])
        object["a"] = nil
        object["unknown"] = nil
        #expect(object.names == ["z", "m"])
        #expect(object["a"] == nil)
    }

    @Test func comparesWithoutOrder() {
        #expect(JSONObject([("a", 1), ("b", 2)]) == JSONObject([("b", 2), ("a", 1)]))
        #expect(JSONObject([("a", 1)]) != JSONObject([("a", 1), ("b", 2)]))
        #expect(JSONObject([("a", 1), ("c", nil)]) != JSONObject([("a", 1), ("b", nil)]))
    }

    /// Follows a dictionary and a list of keys through random changes, on both sides of the size that has an index.
    @Test func behavesAsAnOrderedDictionary() {
        var random = RandomJSON(seed: 4)
        for size in [4, 16, 17, 40, 600] {
            var object = JSONObject()
            var expected: [String: JSON] = [:]
            var order: [String] = []
            for step in 0..<size * 4 {
                let key = "key \(random.below(size))"
                if random.below(5) == 0 {
                    object[key] = nil
                    expected[key] = nil
                    order.removeAll { $0 == key }
                } else {
                    object[key] = .int(Int64(step))
                    if expected.updateValue(.int(Int64(step)), forKey: key) == nil { order.append(key) }
                }
            }
            #expect(object.names == order)
            #expect((0..<size).allSatisfy { object["key \($0)"] == expected["key \($0)"] })
        }
    }

    @Test func tellsKeysApartThatEndAlike() {
        let keys = ["a-common-end", "b-common-end", "ab-common-end", "", "d", String(repeating: "x", count: 256)]
        let object = JSONObject(zip(keys, (0..<keys.count).map { JSON.int(Int64($0)) }))
        #expect(object.names == keys)
        for (index, key) in keys.enumerated() { #expect(object[key]?.intValue == index) }
        #expect(object["c-common-end"] == nil)
    }

    @Test func copiesAreIndependent() {
        let original = JSONObject((0..<30).map { ("k\($0)", JSON.int(Int64($0))) })
        var copy = original
        copy["k3"] = nil
        copy["new"] = 1
        #expect(original.count == 30)
        #expect(original["k3"] == 3 && original["new"] == nil)
        #expect(copy["k29"] == 29 && copy["new"] == 1 && copy["k3"] == nil)
    }
}

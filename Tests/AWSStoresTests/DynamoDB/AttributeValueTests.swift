import JSONKit
import Testing

@testable import AWSStores

struct AttributeValueTests {
    @Test(
        arguments: [
            (.string("größer \u{1F600}"), #"{"S":"größer 😀"}"#), (.string(""), #"{"S":""}"#),
            (.number("-1.5"), #"{"N":"-1.5"}"#),
            (
                .number("12345678901234567890123456789012345678"),
                #"{"N":"12345678901234567890123456789012345678"}"#
            ),
            (
                .number("9.9999999999999999999999999999999999999E+125"),
                #"{"N":"9.9999999999999999999999999999999999999E+125"}"#
            ),
            (.bool(true), #"{"BOOL":true}"#), (.null, #"{"NULL":true}"#),
            (
                .map([AttributeMember(name: "b", value: .null), AttributeMember(name: "a", value: .map([]))]),
                #"{"M":{"b":{"NULL":true},"a":{"M":{}}}}"#
            ),
            (.list([.bool(false), .list([])]), #"{"L":[{"BOOL":false},{"L":[]}]}"#),
            (.binary([0, 255]), #"{"B":"AP8="}"#),
            (.strings(["a", "b"]), #"{"SS":["a","b"]}"#), (.numbers(["1", "2.5"]), #"{"NS":["1","2.5"]}"#),
            (.binaries([[1], [2, 3]]), #"{"BS":["AQ==","AgM="]}"#),
        ] as [(AttributeValue, String)])
    func isTheSameAfterTheWire(value: AttributeValue, text: String) throws {
        #expect(value.wire.text() == text)
        #expect(AttributeValue(wire: try JSON.parse(text)) == value)
    }

    @Test(arguments: [
        "1", "{}", #"{"S":1}"#, #"{"N":1}"#, #"{"X":"a"}"#, #"{"S":"a","N":"1"}"#, #"{"B":"not base64"}"#,
        #"{"L":[{"S":"a"},1]}"#, #"{"M":{"a":{}}}"#, #"{"NS":["1",2]}"#, #"{"BS":["AQ==","?"]}"#, #"{"BOOL":"true"}"#,
    ])
    func refusesAnotherForm(text: String) throws {
        #expect(AttributeValue(wire: try JSON.parse(text)) == nil)
    }

    @Test(arguments: [
        "null", "true", #""text""#, "0", "-7", "9223372036854775807", "1.5", "-1e-129", "9.9e124", "1e126", "0.1",
        "1e22",
        "5e-324", "1.7976931348623157e308", "[]", "{}", #"{"node":{"größe":[1,2.5,{"deep":null}],"empty":""}}"#,
        #"{"a":-2.7e-145}"#, #"{"":1}"#, "-0.0",
    ])
    func tellsWhetherDynamoDBHoldsAValueExactly(text: String) throws {
        let json = try JSON.parse(text)
        let (value, isExact) = AttributeValue.holding(json)
        #expect((value.json.text() == json.text()) == isExact || value.json == json && isExact)
        // What it refuses is not sent.
        #expect(!value.wire.text().contains(#""N":"-2.7e-145""#))
    }

    @Test func keepsAsTextWhatDynamoDBCannotHold() throws {
        #expect(AttributeValue.holding(-2.7e-145).value == .string("-2.7e-145"))
        #expect(AttributeValue.holding(1e200).value == .string("1e+200"))
        #expect(AttributeValue.holding(.number(.nan)).value == .string("NaN"))
        #expect(
            AttributeValue.holding(["x": ["": 1]]).value
                == .map([AttributeMember(name: "x", value: .string(#"{"":1}"#))]))
        var deep: JSON = "bottom"
        for _ in 0..<40 { deep = [deep] }
        var value = AttributeValue.holding(deep).value
        var levels = 0
        while case .list(let inner) = value {
            value = inner[0]
            levels += 1
        }
        #expect(levels == 30)
        #expect(value.stringValue == "[[[[[[[[[[\"bottom\"]]]]]]]]]]")
    }

    @Test func readsNumbersAsTheyWereWritten() {
        #expect(AttributeValue.number("12345678901234567").json == .int(12_345_678_901_234_567))
        #expect(AttributeValue.number("1E+2").json == 100)
        #expect(AttributeValue.number("0.30000000000000004").json == .number(0.30000000000000004))
    }

    @Test func distinguishesNamesThatOnlyNormalisationMakesEqual() throws {
        let json = try JSON.parse("{\"\u{E4}\":1,\"a\u{308}\":2}")
        let (value, isExact) = AttributeValue.holding(json)
        #expect(isExact)
        #expect(AttributeValue(wire: value.wire)?.json == json)
        #expect(value.json.objectValue?.count == 2)
    }
}

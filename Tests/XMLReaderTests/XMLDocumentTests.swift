import Testing
import XMLReader

@Suite struct XMLDocumentTests {
    private static func parse(_ text: String) throws -> XMLElement { try XMLDocument.parse(Array(text.utf8)) }

    @Test func elementsAndTextAreRead() throws {
        let root = try Self.parse(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <a:List xmlns:a="urn:x"><Key>p/ä &amp; &lt;b&gt; &#x20AC;</Key><!-- no --><Empty/>
            <Key><![CDATA[<raw>]]></Key><a:Deep kind="x"><Size>12</Size></a:Deep></a:List>
            """)
        #expect(root.name == "List")
        #expect(root.all("Key").map(\.text) == ["p/ä & <b> €", "<raw>"])
        #expect(root.text(of: "Empty") == "")
        #expect(root["Deep"]?.text(of: "Size") == "12")
        #expect(root["None"] == nil)
    }

    @Test(arguments: [
        "", "<a>", "<a></b>", "text", "<a/><b/>", "<a>&nbsp;</a>", "<a>\u{1}</a>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", String(repeating: "<a>", count: 300),
    ])
    func whatIsNoPlainDocumentIsRefused(text: String) {
        #expect(throws: XMLDocument.Failure.self) { try Self.parse(text) }
    }

    @Test func whiteSpaceMayComeFirst() throws {
        #expect(try Self.parse(" \r\n\t<?xml version=\"1.0\"?>\n<a>b</a>\n").text == "b")
    }

    @Test func theLineIsNamed() {
        let failure = #expect(throws: XMLDocument.Failure.self) { try Self.parse("<a>\n<b>\n</a>") }
        #expect(failure?.line == 3)
    }
}

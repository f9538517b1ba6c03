import CExpat

/// Reads whole XML documents of services, by expat. Attributes, comments and processing instructions are passed over;
/// a document type is refused, so that nobody can make a small document grow.
public enum XMLDocument {
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        public let line: Int
        public let reason: String
        public var description: String { "line \(line): \(reason)" }
    }

    /// Deeper documents are refused.
    static let depthLimit = 200

    /// The root element. White space before the declaration is passed over, though XML has none there: S3 sends it to
    /// keep a connection alive while it works.
    public static func parse(_ document: [UInt8]) throws(Failure) -> XMLElement {
        let bytes = document.drop { " \t\r\n".utf8.contains($0) }
        guard let parser = XML_ParserCreate("UTF-8") else { throw Failure(line: 0, reason: "no memory for a parser") }
        defer { XML_ParserFree(parser) }
        let builder = TreeBuilder(parser)
        XML_SetUserData(parser, Unmanaged.passUnretained(builder).toOpaque())
        XML_SetElementHandler(
            parser, { context, name, _ in TreeBuilder.of(context).begin(name) },
            { context, _ in TreeBuilder.of(context).end() })
        XML_SetCharacterDataHandler(parser) { context, text, count in TreeBuilder.of(context).append(text, count) }
        XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
            TreeBuilder.of(context).refuse("a document type is not accepted")
        }
        let status = withExtendedLifetime(builder) {
            bytes.withUnsafeBytes { buffer in
                XML_Parse(parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(buffer.count), 1)
            }
        }
        let line = Int(XML_GetCurrentLineNumber(parser))
        if let refusal = builder.refusal { throw Failure(line: line, reason: refusal) }
        guard status == XML_STATUS_OK, let root = builder.root else {
            let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "it is empty"
            throw Failure(line: line, reason: reason)
        }
        return root
    }
}

/// Builds the tree while expat reads.
private final class TreeBuilder {
    private let parser: XML_Parser
    /// The elements that are open, from the root.
    private var open: [XMLElement] = []
    private(set) var root: XMLElement?
    private(set) var refusal: String?

    init(_ parser: XML_Parser) { self.parser = parser }

    static func of(_ context: UnsafeMutableRawPointer?) -> TreeBuilder {
        Unmanaged<TreeBuilder>.fromOpaque(context!).takeUnretainedValue()
    }

    func begin(_ name: UnsafePointer<CChar>?) {
        guard open.count < XMLDocument.depthLimit else { return refuse("elements are nested too deep") }
        let full = name.map { String(cString: $0) } ?? ""
        open.append(XMLElement(name: full.split(separator: ":").last.map(String.init) ?? full))
    }

    func end() {
        guard let element = open.popLast() else { return }
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    func append(_ text: UnsafePointer<CChar>?, _ count: CInt) {
        guard let text, !open.isEmpty else { return }
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(count))
        open[open.count - 1].text += String(decoding: bytes, as: UTF8.self)
    }

    func refuse(_ reason: String) {
        if refusal == nil { refusal = reason }
        XML_StopParser(parser, XML_FALSE)
    }
}

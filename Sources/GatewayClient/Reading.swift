import FOQUSModel
import JSONKit

/// Answers turned into values; what does not fit the contract is `unreadable`.
extension GatewayClient {
    func list<Element>(
        _ json: JSON, _ request: String, _ element: (JSON) -> Element?
    ) throws(GatewayClientError) -> [Element] {
        guard let array = json.arrayValue else { throw unexpected(json, request) }
        var list: [Element] = []
        list.reserveCapacity(array.count)
        for json in array { list.append(try value(json, request, element)) }
        return list
    }

    func value<Value>(
        _ json: JSON, _ request: String, _ read: (JSON) -> Value?
    ) throws(GatewayClientError) -> Value {
        guard let value = read(json) else { throw unexpected(json, request) }
        return value
    }

    static func identifier<ID: UUIDIdentifier>(_ json: JSON) -> ID? { json.stringValue.flatMap { ID($0) } }

    private func unexpected(_ json: JSON, _ request: String) -> GatewayClientError {
        GatewayClientError(.unreadable, request: request, text: "unexpected \(String(json.description.prefix(200)))")
    }
}

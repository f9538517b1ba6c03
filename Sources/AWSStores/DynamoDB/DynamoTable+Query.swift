import JSONKit
import Stores

/// Which items of a partition are asked for.
struct ItemQuery: Sendable {
    enum Range: Sendable {
        case all
        case prefix(String)
        /// Both ends belong to it.
        case between(String, String)
    }

    let type: String
    var range = Range.all
    var isDescending = false
    /// What is left out of the answer. Filtered items are paid for.
    var filter: Condition?
    var attributes: [String]?
    /// Of items in the answer, in all.
    var limit = Int.max
    var isConsistent = true
}

extension DynamoTable {
    /// The items in the order of their `Id`, page by page.
    func query(_ query: ItemQuery, for operation: String) async throws(StoreError) -> [Item] {
        var call: JSONObject = [
            "TableName": .string(name), "ConsistentRead": .bool(query.isConsistent),
            "ScanIndexForward": .bool(!query.isDescending),
        ]
        var expressions = ExpressionWriter()
        var key = "\(expressions.name("Type")) = \(expressions.value(.string(query.type)))"
        switch query.range {
        case .all: break
        case .prefix(let prefix):
            key += " AND begins_with(\(expressions.name("Id")), \(expressions.value(.string(prefix))))"
        case .between(let low, let high):
            let (low, high) = (expressions.value(.string(low)), expressions.value(.string(high)))
            key += " AND \(expressions.name("Id")) BETWEEN \(low) AND \(high)"
        }
        call["KeyConditionExpression"] = .string(key)
        if let filter = query.filter { call["FilterExpression"] = .string(expressions.condition(filter)) }
        if let attributes = query.attributes {
            call["ProjectionExpression"] = .string(expressions.projection(attributes))
        }
        expressions.finish(&call)
        var items: [Item] = []
        while items.count < query.limit {
            // With a filter the limit would count what is filtered out.
            if query.limit < .max, query.filter == nil { call["Limit"] = .int(Int64(query.limit - items.count)) }
            let page = try await self.call("Query", call, operation)
            for wire in page["Items"]?.arrayValue ?? [] { items.append(try item(wire, operation)) }
            guard let next = page["LastEvaluatedKey"], next.objectValue?.isEmpty == false else { break }
            call["ExclusiveStartKey"] = next
        }
        return items.count > query.limit ? Array(items.prefix(query.limit)) : items
    }
}

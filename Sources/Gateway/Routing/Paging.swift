import HTTPServer

/// A part of a list that a query asks for: `page` from 1, `rpp` results per page.
struct Paging: Sendable, Hashable {
    static let defaultSize = 1000
    static let largestSize = 10_000

    let offset: Int
    let limit: Int

    /// Nil when the query asks for no page: the whole list is meant.
    init?(_ context: RouteContext) throws(Refusal) {
        guard context.has("page") || context.has("rpp") else { return nil }
        let page = try Self.number(context, "page", default: 1, 1...1_000_000_000)
        limit = try Self.number(context, "rpp", default: Self.defaultSize, 1...Self.largestSize)
        offset = (page - 1) * limit
    }

    func part<Element>(of list: [Element]) -> [Element] { Array(list.dropFirst(offset).prefix(limit)) }

    private static func number(
        _ context: RouteContext, _ name: String, default value: Int, _ range: ClosedRange<Int>
    ) throws(Refusal) -> Int {
        guard let text = context.request.queryValue(name) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw .badRequest(
                "query \(name)=\(text.prefix(32)) is not a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }
}

public import FOQUSModel
public import JSONKit
public import Stores

extension DynamoJobTable: OutputWatch {
    /// Output and success are two notifications that may overtake each other. A success that comes first leaves a job
    /// without result for ever (cloud-protocol 3.1); upstream's worker sleeps two seconds in between and hopes.
    public func shown(_ outputs: [JobID: JSON]) async throws(StoreError) -> Set<JobID> {
        let operation = "look for the outputs of \(outputs.count) jobs"
        let items = try await table.get(
            outputs.keys.map { JobItem.key($0) }, attributes: ["Id", "output"], for: operation)
        var shown: Set<JobID> = []
        for item in items {
            guard let id = item["Id"]?.stringValue.flatMap({ JobID($0) }), let wanted = outputs[id] else {
                continue
            }
            // As it is read back: numbers that JSON lacks are words then.
            let found = item["output"]?.stringValue.flatMap { try? JSON.parse($0) }
            if let found, found == (try? JSON.parse(wanted.serialized())) { shown.insert(id) }
        }
        return shown
    }
}

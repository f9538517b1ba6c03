import FOQUSModel
import Stores

/// Keys of the rows that we add to the deployed table, in partitions of their own, so that whatever is asked of a
/// session or of a user costs the same however many jobs others have.
///
///     Type            Id                     attributes
///     Session#SID     Head                   Owner, Create, Listed, Jobs, Results
///                     Jobs#ORDINAL           Ids: jobs in the order of appending, the first has the ordinal
///                     Todo#ORDINAL#UUID      Ids: jobs to start; Claim, Since, Done: the start that is at it
///                     Result#NUMBER          Job: a finished job, numbered from 1 without gaps
///                     Page#NUMBER            First, Last: numbers of its results
///     Sessions#USER   TIME#NUMBER            Session
///     SessionCount    USER                   Count
///     Start           SID                    Claim, Since: a start that has not ended
enum SessionItems {
    static let head = "Head"
    static let jobs = "Jobs#"
    static let todo = "Todo#"
    static let result = "Result#"
    static let page = "Page#"

    static func type(_ session: SessionID) -> String { "Session#\(session)" }
    static func head(_ session: SessionID) -> ItemKey { ItemKey(type: type(session), id: head) }
    static func list(_ owner: UserName) -> String { "Sessions#\(owner)" }
    static func start(_ session: SessionID) -> ItemKey { ItemKey(type: "Start", id: session.description) }
    static func count(_ owner: UserName) -> ItemKey { ItemKey(type: "SessionCount", id: owner.description) }

    static func jobs(_ ordinal: Int) -> String { jobs + padded(ordinal) }
    static func todo(_ ordinal: Int, _ unique: String) -> String { todo + padded(ordinal) + "#" + unique }
    static func result(_ number: Int) -> String { result + padded(number) }
    static func page(_ number: Int) -> String { page + padded(number) }

    /// Such that texts sort as the numbers do.
    static func padded(_ number: Int) -> String {
        let text = String(max(0, number))
        return String(repeating: "0", count: max(0, 12 - text.utf8.count)) + text
    }
}

/// A session's row `Head`.
struct SessionHead: Sendable {
    let session: Session
    /// Jobs appended.
    let jobs: Int
    /// Jobs finished.
    let results: Int
    /// The `Id` in the list of its owner's sessions.
    let listed: String?

    init(_ item: Item, _ id: SessionID, _ operation: String) throws(StoreError) {
        guard let created = item["Create"]?.stringValue.flatMap({ Timestamp(iso: $0) }) else {
            throw StoreError(.corrupt, operation, "session \(id) has no readable attribute Create")
        }
        session = Session(
            id: id, owner: item["Owner"]?.stringValue.flatMap { try? UserName($0) }, created: created)
        jobs = item["Jobs"]?.intValue ?? 0
        results = item["Results"]?.intValue ?? 0
        listed = item["Listed"]?.stringValue
    }
}

/// Jobs of a session that were appended together.
struct JobBlock: Sendable {
    let first: Int
    let ids: [JobID]

    /// Nil when the item is none.
    init?(_ item: Item) {
        guard let id = item["Id"]?.stringValue, id.hasPrefix(SessionItems.jobs),
            let first = Int(id.dropFirst(SessionItems.jobs.count)), let names = item["Ids"]?.stringList
        else { return nil }
        self.first = first
        ids = names.compactMap { JobID($0) }
    }
}

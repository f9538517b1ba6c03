public import FOQUSModel

/// Who may sign in.
public protocol UserDirectory: Sendable {
    func user(_ name: UserName) async throws(StoreError) -> User?
    /// Adds the user or replaces the hash.
    func put(_ user: User) async throws(StoreError)
    /// False when there was none.
    func remove(_ name: UserName) async throws(StoreError) -> Bool
    /// In the order of names.
    func users() async throws(StoreError) -> [User]
}

import FOQUSModel
import Stores

extension ConformanceCheck {
    static let users: [ConformanceCheck] = [
        ConformanceCheck(.users, "a user is found, replaced and removed") { store in
            let name = try store.user("jürgen o'neil; --")
            let user = User(name: name, passwordHash: "$scrypt$one", created: store.time.now())
            try expectEqual(try await store.users.user(name), nil, "user before")
            try await store.users.put(user)
            try expectEqual(try await store.users.user(name), user, "user")
            await store.advance(.seconds(1))
            let changed = User(name: name, passwordHash: "$scrypt$two", created: user.created)
            try await store.users.put(changed)
            try expectEqual(try await store.users.user(name), changed, "user with another hash")
            try expectEqual(try await store.reopen().users.user(name), changed, "user after reopening")
        },
        ConformanceCheck(.users, "removing tells whether there was one") { store in
            let user = User(name: try store.user("a"), passwordHash: "$scrypt$one", created: store.time.now())
            try await store.users.put(user)
            try expectEqual(try await store.users.remove(try store.user("b")), false, "removal of another")
            try expectEqual(try await store.users.remove(user.name), true, "removal")
            try expectEqual(try await store.users.remove(user.name), false, "second removal")
            try expectEqual(try await store.users.user(user.name), nil, "user after it")
        },
        ConformanceCheck(.users, "users are listed in the order of their names") { store in
            for name in ["test2", "zoe", "test", "émile", "Ada"] {
                try await store.users.put(
                    User(name: try store.user(name), passwordHash: "$scrypt$\(name)", created: store.time.now()))
            }
            let users = try await store.users.users()
            try expectEqual(users.map(\.name.description), ["Ada", "test", "test2", "zoe", "émile"], "names")
            try expect(!"\(users)".contains("scrypt"), "the text of a user holds the hash")
        },
    ]
}

import FOQUSModel
import HTTPServer
import Stores

/// Tells who sends a request.
struct Authenticator: Sendable {
    private let users: any UserDirectory
    private let passwords: PasswordChecker

    init(services: GatewayServices) {
        users = services.users
        passwords = PasswordChecker(
            time: services.time, random: services.random, pool: services.workers, limits: services.limits)
    }

    /// The user who sent the request. Throws 401 when it does not say who, 403 when the password is wrong.
    func user(_ request: HTTPRequest) async throws -> UserName {
        guard let user = try await optionalUser(request) else { throw Refusal.unauthorized("no credentials") }
        return user
    }

    /// The same, but nil for a request without credentials.
    func optionalUser(_ request: HTTPRequest) async throws -> UserName? {
        switch BasicCredentials(header: request.headers["Authorization"]) {
        case .none: return nil
        case .malformed(let reason): throw Refusal.unauthorized(reason)
        case .given(let name, let password):
            // An impossible name is checked like an unknown one, so that answers do not tell names apart.
            let name = try? UserName(name)
            var hash: String?
            if let name { hash = try await users.user(name)?.passwordHash }
            let isRight = try await passwords.check(password, against: hash)
            guard isRight, let name else { throw Refusal.forbidden }
            return name
        }
    }
}

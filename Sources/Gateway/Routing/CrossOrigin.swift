import HTTPServer

/// Lets browsers call the gateway from pages of other origins (cloud-protocol 1.1).
enum CrossOrigin {
    /// The answer to `OPTIONS` on a path that exists.
    static var preflight: HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                "Access-Control-Allow-Methods": "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT",
                "Access-Control-Allow-Headers":
                    "Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token",
            ])
    }

    /// Every answer carries it, refusals too: a page could not read them otherwise.
    static func allow(_ response: inout HTTPResponse) { response.headers["Access-Control-Allow-Origin"] = "*" }
}

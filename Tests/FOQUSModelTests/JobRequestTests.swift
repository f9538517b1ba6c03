import FOQUSModel
import JSONKit
import Testing

@Suite struct JobRequestTests {
    private func list(_ text: String) throws -> [JobRequest] { try JobRequest.list(try JSON.parse(Array(text.utf8))) }

    @Test func aListIsReadInOrder() throws {
        let requests = try list(
            #"[{"Simulation":"a","Input":{},"Extra":[1]},{"Simulation":"b","Input":{"n":{"x":2}},"Application":"ACM"}]"#
        )
        #expect(requests.map(\.simulation.description) == ["a", "b"])
        #expect(requests.map(\.application) == ["foqus", "ACM"])
        #expect(requests[0].members["Extra"] == [1])
    }

    @Test(arguments: [
        (
            #"{"Simulation":"a","Input":{}}"#,
            "append validate job failed:  the body is a JSON object, not an array of jobs"
        ),
        ("[7]", "append validate job failed (index=0):  Not an object but number"),
        (#"[{"Simulation":"a"}]"#, "append validate job failed (index=0):  Input not specified"),
        (#"[{"Input":{}}]"#, "append validate job failed (index=0):  Simulation not specified"),
        (
            #"[{"Simulation":"a","Input":{}},{"Simulation":"a","Input":[]}]"#,
            "append validate job failed (index=1):  Input is array, not an object"
        ),
        (
            #"[{"Simulation":"a","Input":{},"Reset":"yes"}]"#,
            "append validate job failed (index=0):  Reset is string, not true or false"
        ),
        (
            #"[{"Simulation":"..","Input":{}}]"#,
            #"append validate job failed (index=0):  bad simulation name: ".." is not a name"#
        ),
    ])
    func whatIsWrongIsNamed(body: String, text: String) throws {
        let error = try #require(throws: JobRequestError.self) { try list(body) }
        #expect(error.description == text)
    }

    @Test func aJobKeepsWhatTheClientSentButItsID() throws {
        let id = JobID("3494e851-3304-4a41-be47-44083108083b")!
        let session = SessionID("9d8494a2-0000-4000-8000-000000000001")!
        let request = try list(#"[{"Id":"mine","Simulation":"a","Input":{"n":{}},"Reset":true,"Guid":"g"}]"#)[0]
        let job = request.job(id: id, session: session, user: try UserName("t"), created: Timestamp(milliseconds: 0))
        let body = JobMessage.body(of: job)
        #expect(body["Id"] == .string(id.description) && body["jobid"] == .string(id.description))
        #expect(body["Guid"] == "g" && body["Reset"] == true && body["status"] == "submit")
        #expect(JobMessage.attributes(of: job)["event"] == "job.submit")
        let admitted = try AdmittedMessage(
            body: body.serialized(), attributes: JobMessage.attributes(of: job), accepts: .all)
        #expect(admitted.job == id && admitted.input == ["n": [:]])
    }
}

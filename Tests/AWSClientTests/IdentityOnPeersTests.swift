import AWSPeers
import CryptoTools
import FOQUSModel
import JSONKit
import Logging
import Stores
import TestSupport
import Testing
import XMLReader

@testable import AWSClient

/// Credentials of servers that others wrote, and that check them.
@Suite(.timeLimit(.minutes(5))) struct IdentityOnPeersTests {
    /// The far clocks run, and are compared with ours.
    private func fixture() -> CredentialFixture {
        var fixture = CredentialFixture()
        fixture.time = ManualTime(now: SystemTime().now())
        return fixture
    }

    /// Who the peer says we are.
    private func caller(_ peer: AWSPeer, _ fixture: CredentialFixture) async throws -> String? {
        let service = AWSService(
            name: "sts", region: peer.region, endpoint: peer.endpoint, http: testHTTP,
            credentials: fixture.identity().credentials, time: fixture.time)
        return try await service.query("GetCallerIdentity", version: "2011-06-15", [])["GetCallerIdentityResult"]?
            .text(of: "Arn")
    }

    /// A role that the peer's users may assume, by an external identifier.
    private func makeRole(_ peer: AWSPeer, _ name: String, trust: JSON) async throws -> String {
        let arn = try await Boto.run(
            """
            import json
            iam = client("iam")
            role = iam.create_role(
                RoleName=given["name"],
                AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [given["trust"]]}))
            iam.put_role_policy(RoleName=given["name"], PolicyName="all", PolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
            result = role["Role"]["Arn"]
            """, peer, given: ["name": .string(name), "trust": trust])
        return try #require(arn.stringValue)
    }

    @Test func aRoleIsAssumedForReal() async throws {
        let peer = try await AWSPeer.ministack()
        let role = AWSPeer.unique("worker")
        let arn = try await makeRole(
            peer, role,
            trust: [
                "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": ["AWS": "*"],
                "Condition": ["StringEquals": ["sts:ExternalId": "a b+c/d"]],
            ])
        try await withTemporaryDirectory { directory in
            var fixture = fixture()
            fixture.profile = "work"
            func environment(externalID: String) throws -> [String: String] {
                try writeFiles(
                    directory,
                    config: """
                        [profile work]
                        role_arn = \(arn)
                        source_profile = keys
                        external_id = \(externalID)
                        role_session_name = foqus@test
                        duration_seconds = 900
                        region = \(peer.region)
                        """,
                    credentials: """
                        [keys]
                        aws_access_key_id = \(peer.credentials.accessKeyID)
                        aws_secret_access_key = \(peer.credentials.secretAccessKey)
                        """
                ).merging(["AWS_ENDPOINT_URL_STS": peer.endpoint]) { $1 }
            }
            fixture.environment = try environment(externalID: "a b+c/d")
            let credentials = try await fixture.credentials()
            let end = try #require(credentials.expiration)
            #expect(abs((end - fixture.time.now()).inSeconds - 900) < 120)
            let arnOfCaller = try await caller(peer, fixture)
            #expect(arnOfCaller?.hasSuffix(":assumed-role/\(role)/foqus@test") == true, "\(arnOfCaller ?? "")")

            fixture.environment = try environment(externalID: "another")
            let error = try await fixture.failure()
            #expect(error.code == "AccessDenied")
            #expect(error.status == 403)
            #expect(!error.description.contains(peer.credentials.secretAccessKey))
        }
    }

    @Test func aWebIdentityIsTakenForReal() async throws {
        let peer = try await AWSPeer.ministack()
        let role = AWSPeer.unique("pod")
        let provider = "\(role).example.org"
        let arn = try await makeRole(
            peer, role,
            trust: [
                "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": ["Federated": "arn:aws:iam::000000000000:oidc-provider/\(provider)"],
            ] as JSON)
        try await withTemporaryDirectory { directory in
            var fixture = fixture()
            func token(_ issuer: String) -> String {
                [#"{"alg":"none"}"#, #"{"iss":"https://\#(issuer)","sub":"pod","aud":"sts.amazonaws.com"}"#, "x"]
                    .map { Base64.encode(Array($0.utf8), padded: false) }.joined(separator: ".")
            }
            fixture.environment = [
                "AWS_WEB_IDENTITY_TOKEN_FILE": directory + "/token", "AWS_ROLE_ARN": arn,
                "AWS_ROLE_SESSION_NAME": "pod-1", "AWS_REGION": peer.region, "AWS_ENDPOINT_URL": peer.endpoint,
            ]
            try write(token(provider), to: directory + "/token")
            let arnOfCaller = try await caller(peer, fixture)
            #expect(arnOfCaller?.hasSuffix(":assumed-role/\(role)/pod-1") == true, "\(arnOfCaller ?? "")")

            try write(token("other.example.org"), to: directory + "/token")
            #expect(try await fixture.failure().code == "AccessDenied")
        }
    }

    @Test func anInstanceAndAContainerGiveTheirRoles() async throws {
        let peer = try await AWSPeer.ministack()
        var fixture = fixture()
        fixture.metadata = CredentialFixture.metadataOptions(peer.endpoint)
        let region = try await fixture.identity().region()
        #expect(region == ResolvedRegion(name: peer.region, source: "instance metadata"))
        let credentials = try await fixture.credentials()
        #expect(credentials.source.hasPrefix("instance role "))
        #expect(credentials.sessionToken?.isEmpty == false)
        #expect(try #require(credentials.expiration) > fixture.time.now())
        // What this service does not have is absent, not an error.
        let metadata = fixture.metadataClient()
        let tags = try await metadata.tags()
        let notice = try await metadata.spotAction()
        let state = try await metadata.targetLifecycleState()
        #expect(tags.isEmpty && notice == nil && state == nil)

        fixture.environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": peer.endpoint + "/v2/credentials/1"]
        #expect(try await fixture.credentials().source == "the container's agent")
    }

    @Test func anInstanceOfAGroupIsProtected() async throws {
        let peer = try await AWSPeer.moto()
        let group = AWSPeer.unique("workers")
        let made = try await Boto.run(
            """
            groups = client("autoscaling")
            image = client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
            groups.create_launch_configuration(
                LaunchConfigurationName=given, ImageId=image, InstanceType="t3.micro")
            groups.create_auto_scaling_group(
                AutoScalingGroupName=given, LaunchConfigurationName=given, MinSize=0, MaxSize=2, DesiredCapacity=1,
                AvailabilityZones=[peer["region"] + "a"])
            result = groups.describe_auto_scaling_groups(
                AutoScalingGroupNames=[given])["AutoScalingGroups"][0]["Instances"][0]["InstanceId"]
            """, peer, given: .string(group))
        let instance = try #require(made.stringValue)
        func isProtected() async throws -> Bool? {
            try await Boto.run(
                """
                result = client("autoscaling").describe_auto_scaling_instances(
                    InstanceIds=[given])["AutoScalingInstances"][0]["ProtectedFromScaleIn"]
                """, peer, given: .string(instance)
            ).boolValue
        }
        let fixture = fixture()
        let protection = ScaleInProtection(
            service: peer.service("autoscaling"), instanceID: instance, time: fixture.time, log: fixture.log)
        await protection.set(true)
        try await eventually("the call is done") { await protection.isSettled }
        #expect(try await isProtected() == true)
        await protection.finish()
        #expect(try await isProtected() == false)
        #expect(fixture.sink.entries.filter { $0.level >= .info }.isEmpty, "\(fixture.sink.messages)")
    }
}

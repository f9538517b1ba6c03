import FileKit
import JSONKit
import TestSupport
import Testing

/// What the journal of a real systemd has of jobs.
@Suite(.needsMachine, .timeLimit(.minutes(3)))
struct JournalMachineTests {
    private static let password = "correct-horse-battery"

    /// Worker and gateway from their units, a user, and a session of two jobs that has ended: one well, one not.
    private func prepare(_ machine: Machine) async throws {
        try await machine.install("foqus-worker", "foqus-gateway", "foqusctl")
        try await machine.shell("id foqus 2>/dev/null || useradd --system --no-create-home foqus")
        try await machine.write(
            """
            [worker]
            slots = 2

            [application.script]
            executor = command
            program = /bin/sh
            arguments = job.sh

            """, to: "/etc/foqus/foqus.conf")
        let root = Installation.root
        try await machine.shell(
            """
            mkdir -p /usr/lib/systemd/catalog
            cp '\(root)'/packaging/catalog/foqus.catalog /usr/lib/systemd/catalog/
            journalctl --update-catalog
            install -m 644 '\(root)'/systemd/foqus-worker.service '\(root)'/systemd/foqus-gateway.service /etc/systemd/system/
            systemctl daemon-reload
            systemctl start foqus-gateway foqus-worker
            printf '%s\\n' \(Self.password) |
                runuser -u foqus -- foqusctl user --store /var/lib/foqus add alice --password-stdin
            mkdir -p /root/model
            printf '%s\\n' 'grep -q bad input.json && { echo no solution >&2; exit 3; }' \
                "echo '{\\"y\\": 1}' >output.json" >/root/model/job.sh
            printf '[{"node": {"x": "good"}}, {"node": {"x": "bad"}}]' >/root/inputs.json
            export FOQUS_USER=alice FOQUS_PASSWORD=\(Self.password)
            foqusctl simulation put model /root/model --application script
            session=$(foqusctl session create)
            foqusctl session append "$session" /root/inputs.json --simulation model --application script
            foqusctl session start "$session"
            foqusctl session wait "$session" || true
            """)
    }

    @Test func theJournalTellsAJobsWholeStory() async throws {
        try await Machine.with { machine in
            try await prepare(machine)
            try await eventually("both are delivered") {
                try await machine.journal("-u", "foqus-worker", "MESSAGE_ID=0676562ab2a94e4eb8cefe4284208c18").count
                    == 2
            }
            let failed = try #require(
                try await machine.journal("-u", "foqus-worker", "MESSAGE_ID=a888bda05d25422ab8a6ff6eee51134d").first)
            let job = try #require(failed["JOB_ID"]?.stringValue)
            let story = try await machine.journal("-u", "foqus-worker", "JOB_ID=\(job)")
            let words = story.map { entry in
                String(entry["MESSAGE"]?.stringValue?.dropFirst("foqus-worker: ".count).prefix { $0 != "=" } ?? "")
            }
            #expect(
                words == ["job received job", "job started job", "job ended in error job", "job delivered job"])
            for entry in story {
                #expect(entry["USER_NAME"] == "alice" && entry["SIMULATION"] == "model" && entry["ATTEMPT"] == "1")
                #expect(entry["SYSLOG_IDENTIFIER"] == "foqus-worker")
                #expect(entry["_SYSTEMD_UNIT"] == "foqus-worker.service")
                for field in ["SESSION_ID", "CONSUMER_ID", "ATTEMPT_ID", "MESSAGE_ID"] {
                    #expect(entry[field]?.stringValue?.isEmpty == false, "\(field)")
                }
                #expect(entry["_TRANSPORT"] == "journal")
            }
            #expect(story.dropFirst().allSatisfy { $0["EXECUTOR"] == "command" })
            #expect(failed["PRIORITY"] == "4")
            #expect(try #require(failed["DURATION_USEC"]?.stringValue.flatMap { Int($0) }) > 0)
            #expect(failed["REASON"]?.stringValue?.contains("3") == true)

            let explained = try await machine.succeeding(
                "journalctl", "--no-pager", "-q", "-x", "-u", "foqus-worker", "JOB_ID=\(job)")
            #expect(explained.contains("Subject: Job \(job) failed"))
            #expect(explained.contains("Ask the user alice to mend the simulation model"))

            // A worker's life, and no secret anywhere.
            try await machine.succeeding("systemctl", "stop", "foqus-worker", "foqus-gateway")
            let consumer = try #require(failed["CONSUMER_ID"]?.stringValue)
            let life = try await machine.journal("-u", "foqus-worker", "CONSUMER_ID=\(consumer)").compactMap {
                $0["MESSAGE"]?.stringValue
            }
            #expect(life.first?.contains("worker started") == true && life.last?.contains("worker stopped") == true)
            let all = try await machine.run("journalctl", "--no-pager", "-o", "export").output
            #expect(all.contains(job) && !all.contains(Self.password))
        }
    }

    /// As Prometheus and operators ask, from within the unit's sandbox.
    @Test func theEndpointsAnswerInTheUnits() async throws {
        try await Machine.with { machine in
            try await prepare(machine)
            let get =
                "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
                + "s.sendall(f'GET {sys.argv[2]} HTTP/1.0\\r\\n\\r\\n'.encode()); "
                + "print(b''.join(iter(lambda: s.recv(65536), b'')).decode())"
            for socket in ["/var/lib/foqus-worker/metrics.sock", "/var/lib/foqus/gateway-metrics.sock"] {
                let ready = try await machine.succeeding("python3", "-c", get, socket, "/readyz")
                #expect(ready.contains("200 OK") && ready.contains("\"ready\""), "\(ready)")
                let metrics = try await machine.succeeding("python3", "-c", get, socket, "/metrics")
                #expect(metrics.contains("# EOF") && metrics.contains("\nprocess_open_fds "))
                try await machine.shell("test \"$(stat -c '%U %G %a' \(socket))\" = 'foqus foqus 660'")
            }
            let status = try await machine.succeeding(
                "python3", "-c", get, "/var/lib/foqus-worker/metrics.sock", "/status")
            #expect(status.contains("\"finished\":2") && status.contains("\"slots\":2"))
        }
    }
}

import FileKit
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// Jobs under systemd: each in a scope with limits, in a sandbox, and nobody else's trouble.
@Suite(.needsMachine, .serialized, .timeLimit(.minutes(5)))
struct IsolationMachineTests {
    /// What comes up against its limits is told so; its neighbour and the worker do not feel it.
    @Test func aJobBeyondItsLimitsHarmsNobody() async throws {
        let settings = """
            job_memory = 64MiB
            job_tasks = 20
            job_cpu = 150

            [simulation.alice/roomy]
            job_memory = 200MiB
            job_tasks = 0
            """
        try await WorkerMachine.with(settings) { worker in
            try await worker.put(
                "neighbour", "until [ -e \(worker.gate)/go ]; do sleep 0.05; done")
            let neighbour = try await worker.start("neighbour")
            try await eventually { try await worker.scopes().count == 1 }

            let hog = try await worker.run("hog", "exec python3 -c 'x = bytearray(100 << 20); print(len(x))'")
            #expect(hog.state == "error")
            #expect(
                hog.message.hasPrefix("the job ran out of its memory limit of 64 MiB (job_memory)"), "\(hog)")
            // A part of it that is killed is enough.
            let part = try await worker.run("part", "python3 -c 'x = bytearray(100 << 20)'; exit 3")
            #expect(part.message.hasPrefix("the job ran out of its memory limit"), "\(part)")

            let forks = try await worker.run("forks", "for i in $(seq 30); do sleep 100 & done; exit 0")
            #expect(forks.state == "error")
            #expect(
                forks.message.hasPrefix("the job reached its limit of 20 processes and threads (job_tasks)"), "\(forks)"
            )

            let roomy = try await worker.run(
                "roomy", "python3 -c 'x = bytearray(100 << 20)'; for i in $(seq 30); do sleep 100 & done; exit 0")
            #expect(roomy.state == "success", "\(roomy)")

            let scopes = try await worker.scopes()
            #expect(scopes.count == 1, "\(scopes)")
            let scope = try #require(scopes.first)
            #expect(try await worker.machine.property("MemoryMax", of: scope) == "\(64 << 20)")
            #expect(try await worker.machine.property("TasksMax", of: scope) == "21")
            #expect(try await worker.machine.property("CPUQuotaPerSecUSec", of: scope).hasPrefix("1.5"))
            #expect(try await worker.machine.property("Slice", of: scope) == "foqus-jobs.slice")
            try worker.open("go")
            #expect(try await worker.outcome(of: neighbour).state == "success")
            #expect(try await worker.machine.property("NRestarts", of: "foqus-worker") == "0")
            #expect(try await worker.machine.property("Result", of: "foqus-worker") == "success")
            try await eventually { try await worker.scopes().isEmpty }
            #expect(try await worker.machine.run("pgrep", "-x", "sleep").output == "")
        }
    }

    /// What a job sees of the machine, and what it leaves on it.
    @Test func aJobIsAloneInItsSandbox() async throws {
        let settings = """
            job_network = true
            [simulation.offline]
            job_network = false
            """
        try await WorkerMachine.with(settings) { worker in
            let first = try await worker.run(
                "first",
                """
                echo mine >/tmp/mine && cat /tmp/mine
                touch /usr/first 2>/dev/null && exit 10
                touch /var/lib/foqus/first 2>/dev/null && exit 11
                [ "$(ls /var/lib/foqus | wc -l)" = 0 ] || exit 12
                ls /var/lib/foqus-worker | grep -q journal && exit 13
                [ "$(ls /var/lib/foqus-worker/jobs | wc -l)" = 1 ] || exit 14
                grep -q '^NoNewPrivs:.*1$' /proc/self/status || exit 15
                grep -q ':/foqus.slice/foqus-jobs.slice/foqus-job-' /proc/self/cgroup || exit 16
                [ "$(ls "$FOQUS_SIMULATION_DIRECTORY")" = job.sh ] || exit 17
                touch "$FOQUS_SIMULATION_DIRECTORY/x" 2>/dev/null && exit 18
                [ "$(readlink /proc/self/ns/net)" = "$(cat \(worker.gate)/net)" ] || exit 19
                echo '{"seen": "all"}' >output.json
                """)
            // Without the file in the gate it is another network, which is only true of the next job.
            #expect(first.message.contains("exit status 19"), "\(first)")
            let network = try await worker.machine.shell(
                "readlink /proc/$(pidof foqus-worker | awk '{print $NF}')/ns/net")
            try await worker.machine.write(network, to: "\(worker.gate)/net")
            let second = try await worker.outcome(of: try await worker.start("first"))
            #expect(second.state == "success", "\(second)")
            #expect(second.output?["seen"] == "all")

            let offline = try await worker.run(
                "offline",
                """
                [ -e /tmp/mine ] && exit 20
                [ "$(readlink /proc/self/ns/net)" = "$(cat \(worker.gate)/net)" ] && exit 21
                grep -v -e lo: -e '|' /proc/self/net/dev && exit 22
                exit 0
                """)
            #expect(offline.state == "success", "\(offline)")
            #expect(try await worker.machine.run("test", "-e", "/tmp/mine").status != 0)

            let missing = try await worker.run("missing", "exec ./none")
            #expect(missing.message.contains("exit status 127"), "\(missing)")
            let killed = try await worker.run("killed", "kill -SEGV $$")
            #expect(killed.message.contains("SIGSEGV"), "\(killed)")
        }
    }

    /// A script that makes the environment of the packages from one of this machine's, with the runners beside it.
    private static func environment(of python: String) -> String {
        // Its Python may lie where a service does not see it: Debian's does when it is the same.
        """
        mkdir -p /opt/python /usr/lib/foqus-worker /usr/share/foqus-worker
        version='import sys; print(sys.version_info[:2])'
        base=/usr/bin/python3
        if [ "$($base -c "$version")" != "$(\(python) -c "$version")" ]; then
            mount --bind "$(\(python) -c 'import sys; print(sys.base_prefix)')" /opt/python
            base=/opt/python/bin/python3
        fi
        packages=$(\(python) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
        $base -m venv --without-pip /usr/lib/foqus-worker/venv
        mount --bind "$packages" /usr/lib/foqus-worker/venv/lib/python3*/site-packages
        cp -r \(Installation.root)/Runners /usr/share/foqus-worker/runners
        """
    }

    /// The FOQUS engine works within all that the unit forbids. A job beyond its memory ends alone: the warm runner that it
    /// shared lives on.
    @Test func aFlowsheetBeyondItsMemoryHarmsNobody() async throws {
        let setUp = Self.environment(of: try Installation.python())
        let settings = """
            slots = 1
            job_tasks = 100
            [application.foqus]
            job_memory = 600MiB
            """
        try await WorkerMachine.with(settings, setUp: setUp) { worker in
            let session = Path.join(Installation.example("simple"), "session.foqus")
            let check = #"if x[\"hot_flow\"] < 0"#
            let hungry = String(decoding: try File.read(session), as: UTF8.self)
                .replacing(check, with: #"big = bytearray(int(x[\"hot_flow\"]) << 20)\n\#(check)"#)
            #expect(hungry.contains("bytearray"))
            try await worker.put("hungry", file: "session.foqus", hungry, application: "foqus")
            let inputs = [1, 900, 2].map { (flow: Int64) -> JSON in
                ["mixer": ["hot_flow": .int(flow), "hot_T": 330, "cold_flow": 4, "cold_T": 280]]
            }
            let started = try await worker.start("hungry", inputs: inputs, application: "foqus")
            let jobs = try await worker.results(started)
            #expect(jobs.count == 3)
            for job in jobs {
                let isHungry = job["Input"]?["mixer"]?["hot_flow"] == 900
                #expect(job["State"] == (isHungry ? "error" : "success"), "\(job)")
                guard isHungry else { continue }
                let message = job["Message"]?.stringValue ?? ""
                #expect(message.hasPrefix("the job ran out of its memory limit of 600 MiB (job_memory)"), "\(message)")
            }
            let starts = try await worker.log().split(separator: "\n").count { $0.contains("FOQUS runner started") }
            #expect(starts == 1)
        }
    }

    /// FMI units, whose code is loaded and called back, work within all that the unit forbids.
    @Test func unitsRunWithinTheService() async throws {
        let python = try Installation.sinterPython()
        let settings = """
            sandbox = yes
            job_tasks = 200

            [application.FMU]
            """
        try await WorkerMachine.with(settings, setUp: Self.environment(of: python)) { worker in
            let folder = Path.join(worker.gate, "simulations/vandevusse")
            let example = Installation.example("sinter/vandevusse")
            try Directory.create(folder, mode: 0o755)
            var build = Command(
                python, ["-m", "pythonfmu", "build", "-f", Path.join(example, "van_de_vusse.py"), "-d", folder])
            build.environment = ["PATH": "/usr/bin:/bin"]
            let built = try await FinishedCommand.run(build)
            try #require(built.status == 0, "\(built)")
            let configuration = String(
                decoding: try File.read(Path.join(example, "vandevusse.json")), as: UTF8.self)
            try await worker.put("vandevusse", file: "vandevusse.json", configuration, application: "FMU")
            let session = try await worker.start(
                "vandevusse", inputs: [["TimeSeries": [1, 5], "feed.flow": [50, 25]]], application: "FMU")
            let job = try #require(try await worker.results(session).first)
            // At rest 25 (10 - a) - 50 a - 10 a^2 = 0, so a = 2.5.
            let a = job["Output"]?["A"]?["value"]?[1]?.doubleValue ?? .nan
            #expect(abs(a - 2.5) < 1e-9, "\(job)")
        }
    }

    /// LibreOffice works within all that the unit forbids, and a macro sees and changes no more than any job: what it
    /// writes outside of its folder is not written, nor by programs that it starts.
    @Test func aMacroStaysInItsSandbox() async throws {
        let settings = """
            sandbox = yes
            job_tasks = 200
            job_memory = 1GiB

            [application.Excel]
            """
        let setUp =
            "mkdir -p /usr/share/foqus-worker && cp -r \(Installation.root)/Runners /usr/share/foqus-worker/runners"
        try await WorkerMachine.with(settings, setUp: setUp) { worker in
            let folder = Path.join(worker.gate, "simulations/escape")
            try Directory.create(folder, mode: 0o755)
            let macro = """
                Sub Escape
                On Error Resume Next
                Open "/var/lib/foqus/by-macro" For Output As #1
                Print #1, "here"
                Close #1
                Open "\(worker.gate)/by-macro" For Output As #1
                Print #1, "here"
                Close #1
                Open "mine.txt" For Output As #1
                Print #1, "result"
                Close #1
                Shell "/usr/bin/touch", 0, "\(worker.gate)/by-shell"
                Sheets("S").Range("A2").Value = 42
                End Sub
                """
            let workbook: JSON = [
                "path": .string(Path.join(folder, "escape.xlsm")),
                "sheets": ["S": ["A1": "1", "A2": "0", "B1": "=A1*2"]],
                "modules": ["M": .string(macro)],
            ]
            let description = Path.join(worker.gate, "workbook.json")
            try File.writeAtomically(JSON.array([workbook]).serialized(), to: description)
            var make = Command(
                "/bin/sh",
                [
                    "-c", "exec /usr/bin/python3 \"$0\" - <\"$1\"",
                    Path.join(Installation.root, "Runners/tests/make_workbooks.py"), description,
                ])
            make.environment = ["PATH": "/usr/bin:/bin"]
            let made = try await FinishedCommand.run(make)
            try #require(made.status == 0, "\(made)")
            try await worker.put(
                "escape", file: "escape.json",
                """
                {"title": "", "description": "", "author": "", "date": "", "config-version": "1.0",
                 "filetype": "sinterconfig", "filetype-version": 0.3, "application": {"name": "Excel"},
                 "model": {"file": "escape.xlsm"}, "input-files": [],
                 "settings": {"macro": {"type": "string", "default": "Escape", "description": ""}},
                 "inputs": {"x": {"path": ["S$A$1"], "type": "double", "default": 1, "units": null, "description": ""}},
                 "outputs": {"y": {"path": ["S$B$1"], "type": "double", "units": null, "description": ""},
                   "ran": {"path": ["S$A$2"], "type": "double", "units": null, "description": ""}}}
                """, application: "Excel")
            let session = try await worker.start("escape", inputs: [["x": 21], ["x": 4]], application: "Excel")
            let jobs = try await worker.results(session)
            #expect(jobs.map { $0["Output"]?["y"]?["value"]?.doubleValue } == [42, 8], "\(jobs)")
            #expect(jobs.allSatisfy { $0["Output"]?["ran"]?["value"] == 42.0 }, "\(jobs)")
            // Long enough for the program that it started: the next job has run since.
            #expect(try await worker.machine.shell("ls /var/lib/foqus | grep by- || true") == "")
            #expect(try Directory.list(worker.gate).map(\.name).filter { $0.hasPrefix("by-") } == [])
        }
    }

    /// After kill -9 of the worker nothing of its jobs computes on, whatever they did to hide, and they run again.
    @Test func whatAKilledWorkerLeavesIsKilled() async throws {
        try await WorkerMachine.with("sandbox = no") { worker in
            try await worker.put(
                "hiding",
                """
                setsid env -i sh -c 'exec sleep 4711' &
                touch \(worker.gate)/hiding-$FOQUS_ATTEMPT_ID
                [ "$(ls -d \(worker.gate)/hiding-* | wc -l)" -gt 1 ] || exec sleep 4712
                """)
            let session = try await worker.start("hiding")
            try await eventually("the job runs", within: .seconds(60)) {
                try await worker.machine.run("pgrep", "-f", "sleep 4712").status == 0
            }
            let before = try await worker.scopes()
            #expect(before.count == 1)
            try await worker.machine.succeeding(
                "systemctl", "kill", "--signal=KILL", "--kill-whom=main", "foqus-worker")
            try await eventually("all is gone", within: .seconds(60)) {
                try await worker.machine.run("pgrep", "-f", "sleep 471[12]").status != 0
            }
            try await worker.untilRestarted()
            #expect(try await worker.outcome(of: session).state == "success")
            #expect(try await worker.scopes().allSatisfy { !before.contains($0) })
        }
    }

    /// The worker asks for no more than it may have: a keeper that is not there is said once, and jobs run without.
    @Test func withoutAKeeperOneLineSaysWhatIsMissing() async throws {
        try await WorkerMachine.with("sandbox = no") { worker in
            try await worker.machine.shell(
                """
                systemctl stop foqus-worker foqus-scopes.socket foqus-scopes.service
                rm /etc/systemd/system/foqus-scopes.*
                systemctl daemon-reload
                systemctl start foqus-worker
                """)
            #expect(try await worker.run("plain", "exit 0").state == "success")
            let lines = try await worker.log().split(separator: "\n").filter {
                $0.contains("kept apart by process groups")
            }
            #expect(lines.count == 1, "\(lines)")
            #expect(lines.first?.contains("is foqus-scopes.socket started?") == true, "\(lines)")
        }
    }

    /// Who is no worker gets no scope, and a worker none for what is not its own.
    @Test func theKeeperServesWorkersOnly() async throws {
        try await WorkerMachine.with { worker in
            let ask = """
                import socket, sys
                request = '{"id":1,"processes":[%s],"name":"foqus-job-01234567-89ab-cdef-0123-456789abcdef","description":"x"}'
                s = socket.socket(socket.AF_UNIX)
                s.connect('/run/foqus-scopes.sock')
                try:
                    s.sendall((request % sys.argv[1]).encode() + b'\\n')
                    print(s.recv(1000).decode() or 'closed')
                except (BrokenPipeError, ConnectionResetError):
                    print('closed')
                """
            try await worker.machine.write(ask, to: "\(worker.gate)/ask.py")
            let stranger = try await worker.machine.run(
                "runuser", "-u", "foqus", "--", "python3", "\(worker.gate)/ask.py", "1")
            #expect(stranger.output == "closed\n", "\(stranger)")
            // A job is in a scope of its own, and so no worker.
            let job = try await worker.run("asking", "python3 \(worker.gate)/ask.py $$ >&2; exit 1")
            #expect(job.message.hasSuffix("closed"), "\(job)")
            try await worker.dropIn(
                "foqus-worker@.service",
                "[Service]\nType=oneshot\nExecStart=\nExecStart=python3 \(worker.gate)/ask.py 2\nRestart=no",
                name: "ask")
            try await worker.machine.shell("systemctl daemon-reload; systemctl start foqus-worker@ask")
            let own = try await worker.log("foqus-worker@ask")
            #expect(own.contains("process 2 is no child of the worker's with its user"), "\(own)")
            let nobody = try await worker.machine.run(
                "runuser", "-u", "nobody", "--", "python3", "\(worker.gate)/ask.py", "1")
            #expect(nobody.errors.contains("PermissionError"), "\(nobody)")
        }
    }
}

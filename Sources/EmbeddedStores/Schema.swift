import SQLiteKit

extension Schema {
    /// Sessions, jobs, queue, notifications, users.
    static let main = Schema(versions: [mainVersion1.joined(separator: ";\n")])

    /// The index of objects, and the content of small ones. Keys are blobs, as their order is that of bytes.
    static let objects = Schema(versions: [objectsVersion1.joined(separator: ";\n")])

    private static let mainVersion1 = [
        "PRAGMA application_id = 0x464F5155",
        // `jobs` is the number of jobs appended so far.
        """
        CREATE TABLE session (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT, created INTEGER NOT NULL,
            jobs INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX session_of_owner ON session (owner, created, number)",
        // What changes while a job runs. Its request and output have tables of their own, so that a change of
        // state does not write them again. `ordinal` counts from 0 within the session.
        """
        CREATE TABLE job (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, session INTEGER NOT NULL,
            ordinal INTEGER NOT NULL, owner TEXT NOT NULL, simulation TEXT NOT NULL, application TEXT NOT NULL,
            state TEXT NOT NULL, created INTEGER NOT NULL, submitted INTEGER, set_up INTEGER, started INTEGER,
            finished INTEGER, consumer TEXT, message TEXT
        ) STRICT
        """,
        "CREATE UNIQUE INDEX job_in_session ON job (session, ordinal)",
        "CREATE INDEX job_in_state ON job (session, state)",
        "CREATE TABLE job_request (job INTEGER PRIMARY KEY, json BLOB NOT NULL) STRICT",
        "CREATE TABLE job_output (job INTEGER PRIMARY KEY, json BLOB NOT NULL) STRICT",
        // One row for each finished job, in the order they finished; page 0 is no page yet.
        """
        CREATE TABLE result (
            sequence INTEGER PRIMARY KEY, session INTEGER NOT NULL, page INTEGER NOT NULL DEFAULT 0,
            job INTEGER NOT NULL UNIQUE
        ) STRICT
        """,
        "CREATE INDEX result_on_page ON result (session, page)",
        "CREATE TABLE consumer (id TEXT PRIMARY KEY, instance TEXT, running INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE INDEX consumer_running ON consumer (running)",
        // AUTOINCREMENT: a receipt holds the number, which so must never come back. A message without a body is
        // the start of `job`; its body is made when it is received.
        """
        CREATE TABLE queue (
            number INTEGER PRIMARY KEY AUTOINCREMENT, visible_at INTEGER NOT NULL,
            leased INTEGER NOT NULL DEFAULT 0, generation INTEGER NOT NULL DEFAULT 0,
            receives INTEGER NOT NULL DEFAULT 0, sent INTEGER NOT NULL, job INTEGER, body BLOB, attributes BLOB
        ) STRICT
        """,
        "CREATE INDEX queue_visible ON queue (visible_at)",
        "CREATE INDEX queue_of_job ON queue (job) WHERE job IS NOT NULL",
        """
        CREATE TABLE dead_letter (
            number INTEGER PRIMARY KEY, receives INTEGER NOT NULL, sent INTEGER NOT NULL, died INTEGER NOT NULL,
            reported INTEGER NOT NULL DEFAULT 0, job INTEGER, body BLOB, attributes BLOB
        ) STRICT
        """,
        "CREATE INDEX dead_letter_in_order ON dead_letter (died, number)",
        "CREATE INDEX dead_letter_unreported ON dead_letter (died, number) WHERE reported = 0",
        // The update topic.
        """
        CREATE TABLE notification (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, published INTEGER NOT NULL,
            body BLOB NOT NULL, attributes BLOB NOT NULL
        ) STRICT
        """,
        // The topics that nobody consumes here.
        """
        CREATE TABLE announcement (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, published INTEGER NOT NULL,
            topic TEXT NOT NULL, body BLOB NOT NULL, attributes BLOB NOT NULL
        ) STRICT
        """,
        "CREATE TABLE processed (reader TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "INSERT INTO processed VALUES ('processor', 0)",
        """
        CREATE TABLE user (name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, created INTEGER NOT NULL)
        STRICT, WITHOUT ROWID
        """,
    ]

    private static let objectsVersion1 = [
        "PRAGMA application_id = 0x464F514F",
        """
        CREATE TABLE object (
            bucket TEXT NOT NULL, key BLOB NOT NULL, etag TEXT NOT NULL, size INTEGER NOT NULL,
            modified INTEGER NOT NULL, content INTEGER, blob TEXT, PRIMARY KEY (bucket, key)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX object_blob ON object (blob) WHERE blob IS NOT NULL",
        "CREATE TABLE content (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
    ]
}

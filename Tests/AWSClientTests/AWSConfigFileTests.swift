import Testing

@testable import AWSClient

@Suite struct AWSConfigFileTests {
    @Test func profilesOfTheConfigFileHaveAWordInFront() {
        let file = AWSConfigFile(
            """
            [default]
            region = eu-west-1
            [profile build]
            Region=us-east-2
            [ profile  "two words" ]
            region = us-west-1
            """, .config)
        #expect(file.profiles["default"] == ["region": "eu-west-1"])
        #expect(file.profiles["build"] == ["region": "us-east-2"])
        #expect(file.profiles["two words"] == ["region": "us-west-1"])
        #expect(file.problems.isEmpty)
    }

    @Test func thoseOfTheCredentialsFileHaveNone() {
        let file = AWSConfigFile("[build]\naws_access_key_id=A\n[profile x]\naws_access_key_id=B\n", .credentials)
        #expect(file.profiles == ["build": ["aws_access_key_id": "A"]])
        #expect(
            file.problems == [.init(line: 3, reason: "a section here is called by its name without 'profile'")])
    }

    @Test func aPlainNameInTheConfigFileIsNoted() {
        let file = AWSConfigFile("[build]\nregion=x\n[sso-session y]\nsso_region = z\n", .config)
        #expect(file.profiles.isEmpty)
        #expect(file.problems.map(\.line) == [1])
    }

    @Test func commentsAreLinesAndEndsOfLines() {
        let file = AWSConfigFile(
            """
            # one
            ; two
            [build] # three
            aws_access_key_id = A ; four
            aws_secret_access_key = a#b;c\t# five
            region = # six
            """, .credentials)
        #expect(
            file.profiles["build"] == ["aws_access_key_id": "A", "aws_secret_access_key": "a#b;c", "region": ""])
        #expect(file.problems.isEmpty)
    }

    @Test func nestedBlocksKeepToThemselves() {
        let file = AWSConfigFile(
            """
            [profile build]
            s3 =
              max_concurrent_requests = 20
              # not this
              region = nowhere
            region = eu-west-1
            \tgoes on
            output = json
            """, .config)
        #expect(
            file.profiles["build"] == [
                "s3": "", "s3.max_concurrent_requests": "20", "s3.region": "nowhere", "region": "eu-west-1\ngoes on",
                "output": "json",
            ])
    }

    @Test func windowsLineEndsAndMarksAreNoObstacle() {
        let file = AWSConfigFile("\u{FEFF}[build]\r\naws_access_key_id = A\r\n\r\n", .credentials)
        #expect(file.profiles == ["build": ["aws_access_key_id": "A"]])
        #expect(file.problems.isEmpty)
    }

    @Test func sectionsOfOneNameJoinAndLaterLinesWin() {
        let file = AWSConfigFile("[a]\nregion = 1\noutput = x\n[b]\n[a]\nregion = 2\n", .credentials)
        #expect(file.profiles == ["a": ["region": "2", "output": "x"], "b": [:]])
    }

    @Test(arguments: [
        "[default]\nregion = a\n[profile default]\nregion = b\n",
        "[profile default]\nregion = b\n[default]\nregion = a\n",
    ])
    func theDefaultProfileWithTheWordWins(text: String) {
        #expect(AWSConfigFile(text, .config).profiles == ["default": ["region": "b"]])
    }

    @Test func brokenLinesArePassedOverWithoutTheirText() {
        let file = AWSConfigFile("region = stray\n[a\nkey = lost\n[b]\nhunter2\n= hunter2\nx = 1\n", .credentials)
        #expect(file.profiles == ["b": ["x": "1"]])
        #expect(file.problems.map(\.line) == [2, 5, 6])
        #expect(!file.problems.description.contains("hunter2"))
    }
}

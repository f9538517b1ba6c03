import Logging
import Stores
import TestSupport
import Testing

@testable import WorkerEngine

@Suite struct TroublesTests {
    private struct Subject {
        let time = ManualTime()
        let sink = RecordingSink()
        let troubles: Troubles

        init() { troubles = Troubles(time: time, logger: Logger(label: "test", level: .trace, sink: sink)) }

        func fail(_ code: StoreError.Code = .unavailable, request: Int = 0) {
            troubles.failed("poll", StoreError(code, "ask", "request \(request)"), "away")
        }

        func succeed() { troubles.succeeded("poll", "back") }
        func advance(_ duration: Duration) { time.advance(by: duration) }
    }

    @Test func aTroubleIsToldOnceWhateverEachFailureSays() {
        let subject = Subject()
        for request in 0..<50 { subject.fail(request.isMultiple(of: 2) ? .unavailable : .throttled, request: request) }
        #expect(subject.sink.messages == ["away"])
        subject.succeed()
        subject.succeed()
        #expect(subject.sink.messages == ["away", "back"])
    }

    @Test func aTroubleOfAnotherKindIsTold() {
        let subject = Subject()
        subject.fail()
        subject.fail(.denied)
        subject.fail(.denied)
        #expect(subject.sink.messages == ["away", "away"])
    }

    @Test func whatComesAndGoesIsNotToldEachTime() {
        let subject = Subject()
        for _ in 0..<20 {
            subject.fail()
            subject.advance(.seconds(1))
            subject.succeed()
            subject.advance(.seconds(1))
        }
        #expect(subject.sink.messages == ["away", "back"])
    }

    @Test func aTroubleThatComesBackAndLastsIsTold() {
        let subject = Subject()
        subject.fail()
        subject.succeed()
        subject.advance(.seconds(10))
        subject.fail()
        subject.advance(.seconds(61))
        subject.fail()
        #expect(subject.sink.messages == ["away", "back", "away"])
        subject.succeed()
        subject.advance(.seconds(61))
        subject.fail()
        #expect(subject.sink.messages == ["away", "back", "away", "back", "away"])
    }

    @Test func nothingIsToldOfWhatNeverFailed() {
        let subject = Subject()
        subject.succeed()
        #expect(subject.sink.messages == [])
    }
}

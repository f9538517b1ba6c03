import Logging
import Testing

@Suite struct RepeatFilterTests {
    @Test func aStateIsReportedOnceUntilItChanges() {
        let filter = RepeatFilter()
        #expect(filter.change(of: "queue", to: nil) == nil)
        #expect(filter.change(of: "queue", to: "down")?.previous == .some(nil))
        #expect(filter.change(of: "queue", to: "down") == nil)
        #expect(filter.change(of: "queue", to: "down") == nil)
        let refused = filter.change(of: "queue", to: "refused")
        #expect(refused?.previous == "down")
        #expect(refused?.repeats == 2)
        let back = filter.change(of: "queue", to: nil)
        #expect(back?.previous == "refused")
        #expect(back?.repeats == 0)
        #expect(filter.change(of: "queue", to: nil) == nil)
    }

    @Test func subjectsAreIndependent() {
        let filter = RepeatFilter()
        #expect(filter.change(of: "queue", to: "down") != nil)
        #expect(filter.change(of: "table", to: "down") != nil)
        #expect(filter.change(of: "table", to: nil) != nil)
        #expect(filter.change(of: "queue", to: "down") == nil)
    }
}

import Testing

@testable import EmbeddedStores

@Suite struct ObjectKeyTests {
    @Test(
        arguments: [
            ([0x61], [0x62]), ([0x61, 0xFF], [0x62]), ([0x61, 0x00], [0x61, 0x01]), ([0xFE, 0xFF, 0xFF], [0xFF]),
        ] as [([UInt8], [UInt8])])
    func theEndOfAPrefixIsTheNextKeyWithoutIt(_ prefix: [UInt8], _ end: [UInt8]) {
        #expect(ObjectKey.end(of: prefix) == end)
    }

    @Test(arguments: [[], [0xFF], [0xFF, 0xFF]] as [[UInt8]])
    func aPrefixMayHaveNoEnd(_ prefix: [UInt8]) {
        #expect(ObjectKey.end(of: prefix) == nil)
    }
}

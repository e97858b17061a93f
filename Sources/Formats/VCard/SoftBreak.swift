import Bytes
import ContentLines

/// A line of vCard 2.1 that ends as if it went on (`=` at the end of quoted-printable), which readers join to whatever comes
/// next. Where a line gets another neighbour than it had, it must end for good.
enum SoftBreak {
    /// The line without the `=` at its end, if that would be taken for a soft break.
    static func closed(_ line: [UInt8]) -> ArraySlice<UInt8> {
        guard line.last == 0x3D else { return line[...] }
        let marker = "QUOTED-PRINTABLE"
        let head = line.prefix { $0 != 0x3A }
        let isCoded = head.indices.contains { head[$0...].prefix(marker.utf8.count).equalsIgnoringASCIICase(marker.utf8) }
        return isCoded ? line[...(line.lastIndex { $0 != 0x3D } ?? line.startIndex)] : line[...]
    }
}

extension ContentLine {
    /// Writes the line as it stands in its source, but for a soft break at its end.
    func appendSource(to writer: inout ContentLineWriter) {
        if value.last == 0x3D {
            let line = Array(unfolded)
            let closed = SoftBreak.closed(line)
            if closed.count < line.count {
                writer.logicalLine(closed)
                return
            }
        }
        var out: [UInt8] = []
        appendSource(to: &out)
        writer.verbatim(out)
    }
}

import Bytes

extension Component {
    /// Appends the component as it was written, each line ended by CRLF, folds where they were. An END that is missing
    /// is added, one that closes nothing is left out.
    package func appendSource(to out: inout [UInt8]) {
        appendSource(to: &out) { _ in }
    }

    /// As `appendSource`; a line for which `replace` gives another one, without folds, is that one.
    package func appendSource(to out: inout [UInt8], replacing replace: (ContentLine) -> [UInt8]?) {
        appendSource(to: &out, replacing: replace) { _ in }
    }

    /// As `appendSource`, and lets `insert` add lines before the END.
    package func appendSource(to out: inout [UInt8], insertingBeforeEnd insert: (inout [UInt8]) -> Void) {
        appendSource(to: &out, replacing: { _ in nil }, insertingBeforeEnd: insert)
    }

    private func appendSource(
        to out: inout [UInt8], replacing replace: (ContentLine) -> [UInt8]?, insertingBeforeEnd insert: (inout [UInt8]) -> Void
    ) {
        let node = storage.nodes[index]
        var ends: [Int] = []
        var nextNode = index
        var line = node.beginLine
        // Only where an END is missing do components close at a line that is not their own.
        while true {
            while let inner = ends.last, storage.nodes[inner].endLine == line {
                if inner == index { insert(&out) }
                if storage.nodes[inner].hasEnd {
                    appendLine(line, to: &out)
                    line += 1
                } else {
                    out.append("END:")
                    out.append(contentsOf: Component(storage: storage, index: inner).name)
                    out.append("\r\n")
                }
                ends.removeLast()
            }
            if line >= node.lineAfter || (ends.isEmpty && line != node.beginLine) { return }
            if nextNode < node.subtreeEnd, storage.nodes[nextNode].beginLine == line {
                ends.append(nextNode)
                nextNode += 1
            }
            let flaw = storage.extents[line].flaw
            if flaw == .none, let other = replace(ContentLine(storage: storage, index: line)) {
                ContentLineFolding.append(other[...], to: &out)
            } else if flaw != .strayEnd {
                appendLine(line, to: &out)
            }
            line += 1
        }
    }

    /// The component as `appendSource` writes it.
    package var normalizedSource: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(sourceRange.count + 64)
        appendSource(to: &out)
        return out
    }

    private func appendLine(_ line: Int, to out: inout [UInt8]) {
        let extent = storage.extents[line]
        LineEnds.append(storage.source[Int(extent.sourceStart)..<Int(extent.sourceEnd)], to: &out)
    }
}

extension ContentLine {
    /// Appends the line as it was written, ended by CRLF, folds where they were.
    package func appendSource(to out: inout [UInt8]) {
        LineEnds.append(source, to: &out)
    }
}

/// The ends of physical lines.
enum LineEnds {
    /// Appends one logical line; whatever ends a physical line becomes one CRLF.
    static func append(_ line: ArraySlice<UInt8>, to out: inout [UInt8]) {
        var rest = line
        while let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
            out.append(contentsOf: rest[rest.startIndex..<end])
            out.append("\r\n")
            rest = rest[end...].drop { $0 == 0x0A || $0 == 0x0D }
        }
        out.append(contentsOf: rest)
        out.append("\r\n")
    }
}

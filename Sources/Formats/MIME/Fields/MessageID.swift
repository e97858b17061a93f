import Bytes

/// RFC 5322 §3.6.4: what Message-ID, In-Reply-To and References hold.
package enum MessageID {
    /// More are not read; the last ones are the nearest ancestors.
    package static let most = 1000

    /// The identifiers of a field, without angle brackets, quotes and white space, so that equal ones are equal bytes (RFC 5256 §2.2 and
    /// THREAD: "normalized"). What stands between them is passed over: phrases, comments.
    package static func list(_ value: ArraySlice<UInt8>) -> [[UInt8]] {
        var cursor = FieldCursor(value)
        var ids: [[UInt8]] = []
        while !cursor.isAtEnd {
            cursor.skipSpace()
            switch cursor.peek {
            case 0x3C:
                cursor.advance()
                let id = identifier(&cursor)
                if !id.isEmpty { ids.append(id) }
            case 0x22: _ = cursor.quotedString()
            default: cursor.advance()
            }
        }
        return ids.count > most ? Array(ids.suffix(most)) : ids
    }

    /// The identifier of a Message-ID field. One without angle brackets is taken as it is.
    package static func first(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        if let id = list(value).first { return id }
        let bare = value.filter { !FieldCursor.isSpace($0) && $0 != 0x3C && $0 != 0x3E }
        return bare.contains(0x40) ? bare : nil
    }

    private static func identifier(_ cursor: inout FieldCursor) -> [UInt8] {
        var id: [UInt8] = []
        while let next = cursor.peek, next != 0x3E {
            if next == 0x22 {
                id += cursor.quotedString()
            } else if next == 0x3C {
                // The one before was never closed.
                return id
            } else {
                // RFC 5322 §4.5.4: white space may stand in old ones, and broken folding puts it there.
                if !FieldCursor.isSpace(next) { id.append(next) }
                cursor.advance()
            }
        }
        cursor.advance()
        return id
    }
}

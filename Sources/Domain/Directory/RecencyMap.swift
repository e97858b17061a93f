/// A dictionary of bounded size: what was not asked for or set for the longest time makes room for what is new.
struct RecencyMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Slot {
        var key: Key
        var value: Value
        // The neighbours in the order of use; -1 at the ends.
        var newer: Int
        var older: Int
    }

    private var slots: [Slot] = []
    private var indices: [Key: Int] = [:]
    private var newest = -1
    private var oldest = -1
    private let capacity: Int

    /// At least one.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    var count: Int { slots.count }

    /// The value, which becomes the one that was used last.
    mutating func use(_ key: Key) -> Value? {
        guard let index = indices[key] else { return nil }
        if index != newest {
            unlink(index)
            linkAsNewest(index)
        }
        return slots[index].value
    }

    /// The value; the order stays.
    func look(_ key: Key) -> Value? { indices[key].map { slots[$0].value } }

    /// Sets the value, which becomes the one that was used last.
    mutating func set(_ key: Key, _ value: Value) {
        if let index = indices[key] {
            slots[index].value = value
            if index != newest {
                unlink(index)
                linkAsNewest(index)
            }
        } else if slots.count < capacity {
            slots.append(Slot(key: key, value: value, newer: -1, older: -1))
            indices[key] = slots.count - 1
            linkAsNewest(slots.count - 1)
        } else {
            let index = oldest
            unlink(index)
            indices[slots[index].key] = nil
            slots[index].key = key
            slots[index].value = value
            indices[key] = index
            linkAsNewest(index)
        }
    }

    /// Replaces a value that is there; the order stays.
    mutating func setValue(_ key: Key, _ value: Value) {
        if let index = indices[key] { slots[index].value = value }
    }

    @discardableResult
    mutating func remove(_ key: Key) -> Value? {
        guard let index = indices.removeValue(forKey: key) else { return nil }
        let value = slots[index].value
        unlink(index)
        // The last slot moves into the gap.
        let last = slots.count - 1
        if index != last {
            slots[index] = slots[last]
            indices[slots[index].key] = index
            if slots[index].newer >= 0 { slots[slots[index].newer].older = index } else { newest = index }
            if slots[index].older >= 0 { slots[slots[index].older].newer = index } else { oldest = index }
        }
        slots.removeLast()
        return value
    }

    mutating func removeAll() { self = RecencyMap(capacity: capacity) }

    mutating func removeAll(where shouldRemove: (Key, Value) -> Bool) {
        for key in slots.filter({ shouldRemove($0.key, $0.value) }).map(\.key) { remove(key) }
    }

    /// In no order.
    func forEach(_ body: (Key, Value) -> Void) {
        for slot in slots { body(slot.key, slot.value) }
    }

    private mutating func unlink(_ index: Int) {
        let (newer, older) = (slots[index].newer, slots[index].older)
        if newer >= 0 { slots[newer].older = older } else { newest = older }
        if older >= 0 { slots[older].newer = newer } else { oldest = newer }
    }

    private mutating func linkAsNewest(_ index: Int) {
        slots[index].newer = -1
        slots[index].older = newest
        if newest >= 0 { slots[newest].newer = index } else { oldest = index }
        newest = index
    }
}

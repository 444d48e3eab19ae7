public import AuraCore

extension Event {
    /// The event with its attributes in the order in which a batch returns them: by the bytes of the
    /// name, then by type.
    public var canonical: Event {
        var event = self
        event.attributes.sort { left, right in
            if left.name.utf8.elementsEqual(right.name.utf8) {
                return left.value.type.rawValue < right.value.type.rawValue
            }
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
        return event
    }

    /// Whether both are the same bit by bit.
    ///
    /// Unlike `==`, NaNs of other payloads differ, 0.0 differs from -0.0, and so do names that look
    /// alike but are other bytes.
    public func isIdentical(to other: Event) -> Bool {
        type.utf8.elementsEqual(other.type.utf8) && time == other.time
            && EventID.areIdentical(id, other.id)
            && attributes.elementsEqual(other.attributes) { left, right in
                left.name.utf8.elementsEqual(right.name.utf8)
                    && left.value.isIdentical(to: right.value)
            }
    }

    /// The first index at which two sequences of events differ; nil where they are identical.
    public static func firstDifference(_ left: [Event], _ right: [Event]) -> Int? {
        for index in 0..<max(left.count, right.count) {
            guard index < left.count, index < right.count,
                left[index].isIdentical(to: right[index])
            else { return index }
        }
        return nil
    }
}

extension EventID {
    fileprivate static func areIdentical(_ left: EventID?, _ right: EventID?) -> Bool {
        switch (left, right) {
        case (nil, nil): true
        case (let left?, let right?): left.value.isIdentical(to: right.value)
        default: false
        }
    }
}

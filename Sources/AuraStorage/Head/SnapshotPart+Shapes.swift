package import AuraCore

/// The columns that events of a type have.
package struct TypeShape: Sendable {
    /// The type's name.
    package let type: ExactText
    /// Its attributes, each with one of the types of its values.
    package let columns: [ColumnKey]
}

extension SnapshotPart {
    /// The event types here, and what events of them may have.
    package func shapes() throws(StorageError) -> [TypeShape] {
        switch place {
        case .strip(let strip): return strip.shapes
        case .chunk(let chunk):
            let footer = try chunk.open().footer
            return footer.types.map { type in
                TypeShape(
                    type: ExactText(type.name), columns: type.columns.map { footer.columns[$0] })
            }
        }
    }
}

extension Strip {
    fileprivate var shapes: [TypeShape] {
        let keys = columnKeys
        let bytes = batch.bytes
        return batch.layout.types.indices.map { type in
            let columns = batch.layout.columns.indices.filter { column in
                guard let offset = batch.layout.columns[column].typeSetOffset else { return true }
                return bytes.bit(type, at: offset)
            }
            return TypeShape(
                type: ExactText(batch.string(batch.layout.types[type].name)),
                columns: columns.map { keys[$0] })
        }
    }
}

import Foundation
import GRDB

extension MetadataStore {
    /// Writes a copy of the present state into another directory, durably; others may go on writing.
    ///
    /// - Throws: `.database` where the machine or SQLite refuses.
    public func copy(to directory: String) throws(MetadataError) {
        let path = directory + "/" + MetadataStore.fileName
        MetadataStore.createPrivateFile(path)
        try onWriter("copy the database to \(path)") { database in
            try database.execute(sql: "VACUUM INTO ?", arguments: [path])
            let file = try FileHandle(forUpdating: URL(filePath: path))
            try file.synchronize()
            try file.close()
        }
    }
}

import Database

extension MigrationProgress {
    /// For the log, and who waits for a command.
    var sentence: String {
        switch self {
        case .began(let step): "schema \(step.number) (\(step.name)) begins"
        case .waits: "others use the tables for long (a dump?): nothing is changed yet, it is begun anew until they have ended"
        case .ended(let step, let rows, let time):
            "schema \(step.number) (\(step.name)) is there: \(time.milliseconds) ms" + (rows > 0 ? ", \(rows) rows" : "")
        }
    }
}

/// `tegu db`.
package enum DatabaseOperations {
    /// What opening the database with this program would do.
    package static func plan(_ settings: Settings) throws -> String {
        try forEach(settings) { settings throws in try planOne(settings) }
    }

    package static func migrate(_ settings: Settings) throws -> String {
        try forEach(settings) { settings throws in try migrateOne(settings) }
    }

    /// What is said of each database, under its name where there are several.
    private static func forEach(_ settings: Settings, _ body: (Settings) throws -> String) throws -> String {
        if settings.storages.isEmpty { return try body(settings) }
        var text = "\(StorageSettings.defaultName): \(try body(settings))"
        for storage in settings.storages { text += "\(storage.name): \(try body(settings.ofStorage(storage)))" }
        return text
    }

    private static func planOne(_ settings: Settings) throws -> String {
        let plan = try DatabasePlace(settings).plan()
        if plan.recorded > plan.newest {
            throw CommandError(
                .unavailable,
                "the database has schema \(plan.recorded), which is newer than this program's \(plan.newest): run the program that wrote it")
        }
        if plan.steps.isEmpty { return "schema \(plan.recorded): nothing to do\n" }
        var text = "schema \(plan.recorded) to \(plan.newest), in one transaction:\n"
        for step in plan.steps {
            text += "\n-- \(step.number) \(step.name)\n\(step.sql.hasSuffix("\n") ? step.sql : step.sql + "\n")"
        }
        return text
    }

    private static func migrateOne(_ settings: Settings) throws -> String {
        let place = DatabasePlace(settings)
        let plan = try place.plan()
        try place.migrate { ConsoleOutput.writeError("tegu: \($0.sentence)\n") }
        return plan.steps.isEmpty ? "schema \(plan.recorded): nothing to do\n" : "schema \(plan.newest)\n"
    }

    package static func copy(from source: String, to target: String) throws -> String {
        let (from, to) = (try DatabasePlace(source), try DatabasePlace(target))
        let source = try CopySource(from)
        let target = try CopyTarget(to)
        defer { target.discard() }
        var total = 0
        for table in try source.tables.tables() { total += try source.tables.rowCount(of: table) }
        // Each is written and read back.
        var progress = Progress("rows", total: 2 * total)
        let copied = try DatabaseCopy.run(from: source.tables, to: target.tables) { progress.advance(by: $0) }
        try target.publish()
        // Nobody else could use the source until now.
        _ = consume source
        progress.finish()
        var text = ""
        for table in copied where table.rows > 0 { text += "\(table.rows) \(table.table)\n" }
        return text + "\(copied.reduce(0) { $0 + $1.rows }) rows copied and read back, \(copied.count) tables are the same\n"
    }
}

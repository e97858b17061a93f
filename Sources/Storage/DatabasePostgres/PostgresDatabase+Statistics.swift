import Database

/// What the server's planner knows of the tables.
extension PostgresDatabase {
    /// Has the server look again at tables of which it knows too little. Its own daemon does so once a minute and for what has changed by a
    /// tenth; but the first thousand rows of a table come within seconds, and what is planned for an empty table reads all rows
    /// of a full one.
    package func refreshStatistics() throws {
        let connection = try pool.take()
        defer { pool.putBack(connection) }
        do {
            // A tenth is the daemon's; from a half on nobody waits for it.
            _ = try connection.runAlone(
                """
                DO $$
                DECLARE stale name;
                BEGIN
                    FOR stale IN SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema()
                        AND n_mod_since_analyze > 200 AND n_mod_since_analyze > n_live_tup / 2
                    LOOP
                        EXECUTE format('ANALYZE %I', stale);
                    END LOOP;
                END $$
                """, [])
        } catch {
            throw error.failure
        }
    }
}

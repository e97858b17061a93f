-- The index rows of one object are found by its name, and have all that is asked of them. An index without them was not taken
-- by SQLite: a look-up for each row seemed more to it than a walk over all rows of the collection.
DROP INDEX occurrence_of_member;
CREATE INDEX occurrence_of_member ON occurrence
    (collection_id, name, is_floating, starts, ends, is_exact, busy, weeks, component, span);

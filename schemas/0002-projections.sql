-- What is found in the bytes of calendar objects and cards, kept so that questions about times and texts need not read
-- them. All of it can be thrown away and made anew (`tegu reindex`); what is in the trash has none.

-- The stretches of time in which a calendar object has instances: an event's one; of a series the single instances where
-- they are few, else a run in which there may be instances, which has no end where a rule has none. No window that must
-- be moved as time goes by.
--
-- A query for the time from `lower` to `upper` reads of each length class `span`, whose rows last at most 2^span seconds,
-- those that start from `lower - 2^span` to `upper`: rows that overlap it and few others, however many there are.
CREATE TABLE occurrence (
    collection_id BIGINT NOT NULL,
    is_floating BIGINT NOT NULL,            -- 0: `starts` and `ends` are in UTC; 1: on the wall of whoever looks
    span BIGINT NOT NULL,                   -- 10 to 41; 63: without a start or without an end
    starts BIGINT NOT NULL,                 -- seconds since 1970; -2^60: since ever
    name TEXT NOT NULL,                     -- of the member
    ends BIGINT NOT NULL,                   -- 2^63 - 1: never
    is_exact BIGINT NOT NULL,               -- 1: there are instances all the time; 0: there are none outside
    component TEXT NOT NULL,                -- the member's
    busy BIGINT NOT NULL,                   -- 0 free, 1 busy, 2 tentative, 3 unavailable, 4 not all alike
    weeks BIGINT NOT NULL,                  -- bit n: some instance may be in the days 7n to 7n + 6 of a year; -1: not known
    PRIMARY KEY (collection_id, is_floating, span, starts, name)
) WITHOUT ROWID;
CREATE INDEX occurrence_of_member ON occurrence (collection_id, name);

-- All text of a calendar object or card, folded as i;unicode-casemap (RFC 5051) folds.
CREATE TABLE search_text (
    collection_id BIGINT NOT NULL,
    name TEXT NOT NULL,                     -- of the member
    text BLOB,                              -- NULL: any text may be in it
    PRIMARY KEY (collection_id, name)
) WITHOUT ROWID;

-- What the two tables above were made with; without a row they are not made yet.
CREATE TABLE index_state (
    name TEXT NOT NULL PRIMARY KEY,         -- projection, time-zones
    value TEXT NOT NULL
);

-- Calendars whose members the server makes itself: from a foreign .ics, or from the birthdays in the owner's books.
-- Times are milliseconds since 1970 in UTC.

-- Where the members come from; NULL: from clients. Else subscription, subscribed or birthdays.
ALTER TABLE collection ADD COLUMN origin TEXT;

-- What is known of a foreign calendar.
CREATE TABLE subscription (
    collection_id BIGINT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,                      -- as it was given
    wished_interval BIGINT,                 -- what its owner wants, in milliseconds; NULL: nothing was said
    source_interval BIGINT,                 -- what the source says of itself, likewise
    etag TEXT,                              -- the validators of the content that was taken last, as they came
    last_modified TEXT,
    content_hash TEXT,                      -- of that content, for sources without validators
    next_refresh BIGINT NOT NULL,
    last_attempt BIGINT,
    last_success BIGINT,
    failure_count BIGINT NOT NULL DEFAULT 0, -- since the last success
    outcome TEXT                            -- of the last attempt, in words; NULL: none yet
);
CREATE INDEX subscription_due ON subscription (next_refresh);

-- Who has a calendar of birthdays. It follows the owner's books as a client would that synchronises them.
CREATE TABLE birthday_calendar (
    owner_id BIGINT NOT NULL PRIMARY KEY,   -- principal
    collection_id BIGINT NOT NULL,
    is_stale BIGINT NOT NULL DEFAULT 1      -- a book has changed since the calendar was last brought up to date
);
CREATE INDEX birthday_calendar_stale ON birthday_calendar (owner_id) WHERE is_stale = 1;

-- How far the calendar follows each book.
CREATE TABLE birthday_book (
    book_id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    position BIGINT,                        -- all changes up to this modseq are in; NULL: the cards are still being listed
    listed_from BIGINT NOT NULL,            -- the modseq at which the listing began
    listed_name TEXT NOT NULL               -- the last card that was listed
);
CREATE INDEX birthday_book_owner ON birthday_book (owner_id);

-- The cards with such days, by what a removal tells of them.
CREATE TABLE birthday_card (
    book_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    uid TEXT NOT NULL,
    PRIMARY KEY (book_id, name)
) WITHOUT ROWID;

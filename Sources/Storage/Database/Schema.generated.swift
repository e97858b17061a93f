// Generated from schemas/ by `devtool embed-schemas`; do not edit.

/// The migrations of `schemas/`, in order.
package enum Schema {
    package static let migrations: [Migration] = [
        Migration(number: 1, name: "core", sql: #"""
-- Principals, collections and their members, in the SQL that SQLite and PostgreSQL share.
--
-- `BLOB` and `WITHOUT ROWID` are SQLite's words; the migration runner writes them as PostgreSQL has them (docs/architecture.md).
-- Times are milliseconds since 1970 in UTC. Ids come from `sequence` and are never used twice.

CREATE TABLE sequence (
    name TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

-- Who can own something or be granted it.
CREATE TABLE principal (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,                     -- user, group, room, resource
    domain TEXT NOT NULL,                   -- lower case
    name TEXT NOT NULL,                     -- lower case; with the domain it is the sign-in and the last segment of URLs
    display_name TEXT NOT NULL,
    is_administrator BIGINT NOT NULL DEFAULT 0,
    is_disabled BIGINT NOT NULL DEFAULT 0,
    password TEXT,                          -- a PHC string ($scrypt$...); NULL: cannot sign in
    must_change_password BIGINT NOT NULL DEFAULT 0,
    quota_bytes BIGINT,                     -- NULL: no limit
    used_bytes BIGINT NOT NULL DEFAULT 0,   -- of members that are not in the trash; moves with them
    created BIGINT NOT NULL,
    UNIQUE (domain, name)
);

-- All mail addresses that are a principal's, the preferred one first (position 0).
CREATE TABLE address (
    address TEXT NOT NULL PRIMARY KEY,      -- lower case
    principal_id BIGINT NOT NULL,
    position BIGINT NOT NULL
);
CREATE INDEX address_of_principal ON address (principal_id, position);

-- Everything that can hold members: homes, calendars, address books, folders. `id` is a node id.
CREATE TABLE collection (
    id BIGINT NOT NULL PRIMARY KEY,
    parent_id BIGINT,                       -- NULL: a home
    owner_id BIGINT NOT NULL,               -- principal
    kind TEXT NOT NULL,                     -- calendar-home, book-home, file-home, calendar, book, folder
    name TEXT NOT NULL,                     -- the segment in the URL, decoded
    modseq BIGINT NOT NULL,                 -- of the latest change in its log
    log_floor BIGINT NOT NULL,              -- changes up to and with this modseq may be gone from the log
    epoch BIGINT NOT NULL,                  -- another one makes all tokens invalid
    components TEXT,                        -- calendars: the component set, blank-separated; NULL: all that are served
    member_count BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    trashed BIGINT                          -- when it was deleted; NULL: it is there. Trashed ones have parent_id kept
);
CREATE UNIQUE INDEX collection_name ON collection (parent_id, name) WHERE trashed IS NULL;
CREATE UNIQUE INDEX collection_home ON collection (owner_id, kind) WHERE parent_id IS NULL;
CREATE INDEX collection_trash ON collection (owner_id, trashed) WHERE trashed IS NOT NULL;

-- The objects in a collection. A listing reads this table in order of the key, and nothing else.
CREATE TABLE member (
    collection_id BIGINT NOT NULL,
    name TEXT NOT NULL,                     -- the segment in the URL, decoded
    id BIGINT NOT NULL,                     -- node
    etag TEXT NOT NULL,                     -- of the bytes, without quotes
    size BIGINT NOT NULL,
    modseq BIGINT NOT NULL,                 -- of its latest change
    component TEXT NOT NULL,                -- vevent, vtodo, ...; individual, group; empty for files
    uid TEXT,                               -- calendar and address objects
    content_type TEXT,                      -- files: as sent
    blob_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    PRIMARY KEY (collection_id, name)
) WITHOUT ROWID;
CREATE UNIQUE INDEX member_uid ON member (collection_id, uid) WHERE uid IS NOT NULL;

-- The bytes of members, never changed once written; shared by copies and the trash.
CREATE TABLE blob (
    id BIGINT NOT NULL PRIMARY KEY,
    reference_count BIGINT NOT NULL,
    data BLOB,                              -- NULL: they are in the file store, under `file`
    file TEXT
);
CREATE INDEX blob_file ON blob (file) WHERE file IS NOT NULL;

-- The change log: one row a change. Children of a home or folder that are collections are logged in the parent likewise.
CREATE TABLE change (
    collection_id BIGINT NOT NULL,
    modseq BIGINT NOT NULL,
    name TEXT NOT NULL,
    is_removal BIGINT NOT NULL,
    is_collection BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (collection_id, modseq)
) WITHOUT ROWID;

-- Deleted objects, outside all uniqueness.
CREATE TABLE trash (
    id BIGINT NOT NULL PRIMARY KEY,         -- the node that it was
    collection_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    etag TEXT NOT NULL,
    size BIGINT NOT NULL,
    component TEXT NOT NULL,
    uid TEXT,
    content_type TEXT,
    blob_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    trashed BIGINT NOT NULL,
    trashed_by BIGINT                       -- principal; NULL: the server
);
CREATE INDEX trash_of_collection ON trash (collection_id, trashed);
CREATE INDEX trash_of_owner ON trash (owner_id, trashed);

-- Properties that clients set (RFC 4918 §4.1 dead ones, and live ones that are only kept: displayname, colour, ...).
-- Those of a collection itself have member_id 0, so that those of all its members are one range of the key.
CREATE TABLE property (
    collection_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL,                    -- the whole element as XML that stands alone
    PRIMARY KEY (collection_id, member_id, namespace, name)
) WITHOUT ROWID;

-- RFC 4918 §6. The lock's root is a collection (member_name NULL) or a name in it, mapped or not.
CREATE TABLE lock (
    token TEXT NOT NULL PRIMARY KEY,
    collection_id BIGINT NOT NULL,
    member_name TEXT,
    owner_id BIGINT NOT NULL,               -- the principal that took it
    is_exclusive BIGINT NOT NULL,
    is_deep BIGINT NOT NULL,
    owner_xml BLOB,                         -- DAV:owner as sent
    expires BIGINT NOT NULL
);
CREATE INDEX lock_of_collection ON lock (collection_id, member_name);

-- Files of the file store that no blob refers to any more; they are removed after the commit that wrote them here.
CREATE TABLE unused_file (
    file TEXT NOT NULL PRIMARY KEY
);

"""#),
        Migration(number: 2, name: "projections", sql: #"""
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

"""#),
        Migration(number: 3, name: "subscriptions", sql: #"""
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

"""#),
        Migration(number: 4, name: "directories", sql: #"""
-- Which entry of a directory elsewhere a principal is. The entry's id never changes and is never another's (objectGUID,
-- ipaUniqueID, entryUUID), so that who is renamed or moved there keeps what is theirs here.
CREATE TABLE directory_account (
    directory TEXT NOT NULL,                -- its name in the settings
    entry_id TEXT NOT NULL,
    principal_id BIGINT NOT NULL,
    seen BIGINT NOT NULL,                   -- when what is kept of the entry was last changed
    PRIMARY KEY (directory, entry_id)
);
CREATE UNIQUE INDEX directory_account_of_principal ON directory_account (principal_id);

"""#),
        Migration(number: 5, name: "visible-range", sql: #"""
-- How far into the past and the future a calendar shows its members, in whole days before and after the day that it is in
-- UTC; NULL: without a bound. What is stored does not depend on it.
ALTER TABLE collection ADD COLUMN visible_past BIGINT;
ALTER TABLE collection ADD COLUMN visible_future BIGINT;

"""#),
        Migration(number: 6, name: "attachments", sql: #"""
-- Managed attachments of calendar objects (RFC 8607).

-- Bytes that calendar objects refer to by MANAGED-ID. They are never changed: an update makes another one.
CREATE TABLE attachment (
    id BIGINT NOT NULL PRIMARY KEY,         -- node
    managed_id TEXT NOT NULL UNIQUE,        -- as it stands in objects and URLs; nobody can guess it
    owner_id BIGINT NOT NULL,               -- principal: whose calendar it was added in
    filename TEXT,
    content_type TEXT,                      -- as sent
    etag TEXT NOT NULL,                     -- of the bytes, without quotes
    size BIGINT NOT NULL,
    blob_id BIGINT NOT NULL,
    created BIGINT NOT NULL,                -- milliseconds since 1970 in UTC
    unreferenced BIGINT                     -- NULL: some object refers to it; 0: none does any more; else since when that is known
);
CREATE INDEX attachment_unreferenced ON attachment (unreferenced) WHERE unreferenced IS NOT NULL;

-- Which attachments the bytes of an object name. It goes with the bytes: copies of an object, and the object in the trash,
-- have the same blob, and so refer to the same attachments. A projection (`tegu reindex`).
CREATE TABLE attachment_use (
    blob_id BIGINT NOT NULL,
    attachment_id BIGINT NOT NULL,
    PRIMARY KEY (blob_id, attachment_id)
) WITHOUT ROWID;
CREATE INDEX attachment_use_of_attachment ON attachment_use (attachment_id);

-- The sizes of all attachments that an object refers to; NULL: it refers to none. They count as the object's own bytes do.
ALTER TABLE member ADD COLUMN attached_bytes BIGINT;
ALTER TABLE trash ADD COLUMN attached_bytes BIGINT;
CREATE INDEX member_with_attachments ON member (blob_id) WHERE attached_bytes IS NOT NULL;

"""#),
        Migration(number: 7, name: "rights", sql: #"""
-- Who may do what with what is not theirs: groups, grants, and the shared collections in the homes of those who may read them.
-- Times are milliseconds since 1970 in UTC.

-- Who is in a group: users, rooms, resources and groups.
CREATE TABLE group_member (
    group_id BIGINT NOT NULL,               -- principal of kind group
    member_id BIGINT NOT NULL,              -- principal
    directory TEXT,                         -- which directory elsewhere says so; NULL: an administrator here
    PRIMARY KEY (group_id, member_id)
) WITHOUT ROWID;
CREATE INDEX group_of_member ON group_member (member_id, group_id);

-- What somebody may do with a collection and all that is in it. The owner needs no row.
CREATE TABLE access_grant (
    collection_id BIGINT NOT NULL,
    grantee BIGINT NOT NULL,                -- principal; 0: all of the owner's domain that are signed in; -1: everybody
    rights BIGINT NOT NULL,                 -- a set of bits (Rights.swift)
    expires BIGINT,                         -- from then on it counts for nothing; NULL: never
    created BIGINT NOT NULL,
    PRIMARY KEY (collection_id, grantee)
) WITHOUT ROWID;
CREATE INDEX access_grant_of_grantee ON access_grant (grantee, collection_id);

-- The generation grows with every change of the two tables above, and of shared collections that sharees see in their
-- homes: what was worked out from them under an older one is worked out anew.
CREATE TABLE rights_state (
    id BIGINT NOT NULL PRIMARY KEY,         -- 1
    generation BIGINT NOT NULL
);
INSERT INTO rights_state (id, generation) VALUES (1, 1);

-- Collections of others as they stand in a home, under a name that nothing else there has.
CREATE TABLE mount (
    home_id BIGINT NOT NULL,                -- collection
    name TEXT NOT NULL,                     -- the segment in the URL, decoded
    collection_id BIGINT NOT NULL,
    told_version BIGINT NOT NULL,           -- the collection's property_version that the home's log has told
    is_hidden BIGINT NOT NULL DEFAULT 0,    -- the sharee has deleted it from the home; the right stays
    PRIMARY KEY (home_id, name)
) WITHOUT ROWID;
CREATE UNIQUE INDEX mount_of_collection ON mount (collection_id, home_id);

-- What the sharee has set on it for themselves: name, colour, order, whether it takes their time.
CREATE TABLE mount_property (
    home_id BIGINT NOT NULL,
    collection_id BIGINT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL,                    -- the whole element as XML that stands alone
    PRIMARY KEY (home_id, collection_id, namespace, name)
) WITHOUT ROWID;

-- Grows when properties of the collection change that those see who have it in their homes.
ALTER TABLE collection ADD COLUMN property_version BIGINT NOT NULL DEFAULT 0;

"""#),
        Migration(number: 8, name: "occurrences-by-name", sql: #"""
-- The index rows of one object are found by its name, and have all that is asked of them. An index without them was not taken
-- by SQLite: a look-up for each row seemed more to it than a walk over all rows of the collection.
DROP INDEX occurrence_of_member;
CREATE INDEX occurrence_of_member ON occurrence
    (collection_id, name, is_floating, starts, ends, is_exact, busy, weeks, component, span);

"""#),
        Migration(number: 9, name: "mail", sql: #"""
-- Mailboxes and their messages. Times are milliseconds since 1970 in UTC, where nothing else is said.
--
-- No index touches flags or modseq: questions about change are answered by the log. Copies of a message share its content.

-- What all mailboxes of a principal have together. Its row is changed when one is made or goes, never by a message.
CREATE TABLE mail_account (
    owner_id BIGINT NOT NULL PRIMARY KEY,   -- principal
    uid_validity BIGINT NOT NULL,           -- the latest that was given; the next one is higher
    message_limit BIGINT,                   -- how many messages there may be; NULL: no limit
    list_version BIGINT NOT NULL            -- grows with every change of names, uses, subscriptions and grants
);

CREATE TABLE mailbox (
    id BIGINT NOT NULL PRIMARY KEY,         -- node; never used twice
    owner_id BIGINT NOT NULL,               -- principal
    name TEXT NOT NULL,                     -- the whole of it, levels parted by `/`; INBOX in capitals
    is_selectable BIGINT NOT NULL,          -- 0: only a name above others
    special_use TEXT,                       -- archive, drafts, junk, sent, trash, ...
    uid_validity BIGINT NOT NULL,
    uid_next BIGINT NOT NULL,
    modseq BIGINT NOT NULL,                 -- of the latest change in its log
    log_floor BIGINT NOT NULL,              -- changes up to and with this modseq may be gone from the log
    message_count BIGINT NOT NULL,
    unseen_count BIGINT NOT NULL,           -- by the flags that all share
    deleted_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    has_own_seen BIGINT NOT NULL DEFAULT 0, -- 1: each one but the owner has a \Seen of their own
    created BIGINT NOT NULL,
    trashed BIGINT                          -- when it was deleted; NULL: it is there
);
CREATE UNIQUE INDEX mailbox_name ON mailbox (owner_id, name) WHERE trashed IS NULL;
CREATE INDEX mailbox_trash ON mailbox (trashed) WHERE trashed IS NOT NULL;

-- The keywords of a mailbox: number n is bit 8 + n of its messages' flags. A keyword stays as long as the mailbox.
CREATE TABLE mail_keyword (
    mailbox_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,                     -- as it was first written
    PRIMARY KEY (mailbox_id, number)
) WITHOUT ROWID;

CREATE TABLE mail_message (
    mailbox_id BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    modseq BIGINT NOT NULL,                 -- of its latest change
    flags BIGINT NOT NULL,                  -- bits: 0 seen, 1 answered, 2 flagged, 3 deleted, 4 draft, from 8 on keywords
    content_id BIGINT NOT NULL,
    thread_id BIGINT NOT NULL,
    size BIGINT NOT NULL,                   -- octets
    internal_date BIGINT NOT NULL,          -- seconds since 1970 in UTC
    internal_zone BIGINT NOT NULL,          -- minutes east of Greenwich
    saved BIGINT NOT NULL,                  -- when it came into this mailbox
    PRIMARY KEY (mailbox_id, uid)
) WITHOUT ROWID;
CREATE INDEX mail_message_of_content ON mail_message (content_id);

-- Expunged messages, until the time set for them is over. Those of a deleted mailbox stay where they were.
CREATE TABLE mail_retained (
    mailbox_id BIGINT NOT NULL,             -- where it was
    uid BIGINT NOT NULL,                    -- there
    owner_id BIGINT NOT NULL,
    flags BIGINT NOT NULL,
    content_id BIGINT NOT NULL,
    thread_id BIGINT NOT NULL,
    size BIGINT NOT NULL,
    internal_date BIGINT NOT NULL,
    internal_zone BIGINT NOT NULL,
    expunged BIGINT NOT NULL,
    expunged_by BIGINT,                     -- principal; NULL: the server
    PRIMARY KEY (mailbox_id, uid)
) WITHOUT ROWID;
CREATE INDEX mail_retained_of_owner ON mail_retained (owner_id, expunged);
CREATE INDEX mail_retained_by_time ON mail_retained (expunged);
CREATE INDEX mail_retained_of_content ON mail_retained (content_id);

-- What a message is, however many mailboxes have it. Never changed; it goes with the last message that names it.
CREATE TABLE mail_content (
    id BIGINT NOT NULL PRIMARY KEY,         -- blob
    size BIGINT NOT NULL,
    staged BIGINT,                          -- since when it waits to be named by a message; NULL: it is
    hash BLOB,                              -- SHA-256 of large ones, which are kept once
    keys BLOB NOT NULL,                     -- what messages are sorted and threaded by (SortKeys.swift)
    structure BLOB NOT NULL                 -- the parts and the fields that tell of them (MessageSummary.swift)
);
CREATE INDEX mail_content_staged ON mail_content (staged) WHERE staged IS NOT NULL;
CREATE INDEX mail_content_of_hash ON mail_content (hash) WHERE hash IS NOT NULL;

-- The octets, in pieces of one size but for the last.
CREATE TABLE mail_body (
    content_id BIGINT NOT NULL,
    number BIGINT NOT NULL,                 -- from 0 on
    data BLOB NOT NULL,
    PRIMARY KEY (content_id, number)
);

-- The change log: one row a change, which may be of many messages.
CREATE TABLE mail_change (
    mailbox_id BIGINT NOT NULL,
    modseq BIGINT NOT NULL,
    kind BIGINT NOT NULL,                   -- 0 came, 1 flags, 2 vanished, 3 somebody's own \Seen
    uids BLOB NOT NULL,                     -- UIDSet.swift
    viewer_id BIGINT,                       -- kind 3: whose
    at BIGINT NOT NULL,
    PRIMARY KEY (mailbox_id, modseq)
) WITHOUT ROWID;
CREATE INDEX mail_change_by_time ON mail_change (at);

-- Which messages somebody has seen of a mailbox where that is each one's own.
CREATE TABLE mail_seen (
    mailbox_id BIGINT NOT NULL,
    viewer_id BIGINT NOT NULL,              -- principal
    uids BLOB NOT NULL,
    seen_count BIGINT NOT NULL,             -- how many these are; all of them are in the mailbox
    PRIMARY KEY (mailbox_id, viewer_id)
) WITHOUT ROWID;

-- RFC 4314. The owner needs no row.
CREATE TABLE mail_grant (
    mailbox_id BIGINT NOT NULL,
    grantee BIGINT NOT NULL,                -- principal; 0: all of the owner's domain that are signed in; -1: everybody
    rights BIGINT NOT NULL,                 -- a set of bits (MailRights.swift)
    PRIMARY KEY (mailbox_id, grantee)
) WITHOUT ROWID;
CREATE INDEX mail_grant_of_grantee ON mail_grant (grantee, mailbox_id);

-- Names that somebody has subscribed to, whether there is such a mailbox or not.
CREATE TABLE mail_subscription (
    principal_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,               -- whose mailbox
    name TEXT NOT NULL,
    PRIMARY KEY (principal_id, owner_id, name)
) WITHOUT ROWID;

-- RFC 5464: annotations of mailboxes.
CREATE TABLE mail_annotation (
    mailbox_id BIGINT NOT NULL,             -- 0: of the server
    principal_id BIGINT NOT NULL,           -- whose private one; 0: all share it
    entry TEXT NOT NULL,                    -- in lower case, without /private or /shared
    value BLOB NOT NULL,
    PRIMARY KEY (mailbox_id, principal_id, entry)
) WITHOUT ROWID;

"""#),
        Migration(number: 9, name: "rows-of-mail", dialect: .postgres, sql: #"""
-- Octets are stored as they are: most are compressed or encoded already, and to try costs three times the insert.
ALTER TABLE mail_body ALTER COLUMN data SET STORAGE EXTERNAL;
-- Room in the pages for the next version of rows whose flags and counters change: they then stay where they are (HOT).
ALTER TABLE mail_message SET (fillfactor = 80);
ALTER TABLE mailbox SET (fillfactor = 50);

"""#),
        Migration(number: 10, name: "global-address-list", sql: #"""
-- Global Address Lists: what each directory said last of its entries, and which person each is part of. The cards are members
-- of ordinary books. Times are milliseconds since 1970 in UTC.

-- One a mail domain.
CREATE TABLE address_list (
    collection_id BIGINT NOT NULL PRIMARY KEY,  -- its book
    domain TEXT NOT NULL UNIQUE,
    next_refresh BIGINT NOT NULL,
    last_attempt BIGINT,
    last_success BIGINT,                        -- with all directories
    holder TEXT,                                -- who refreshes it: a lease
    held_until BIGINT NOT NULL DEFAULT 0
);

-- The directories of a list, and how they stand.
CREATE TABLE address_list_source (
    list_id BIGINT NOT NULL,                    -- the book
    directory TEXT NOT NULL,                    -- its name in the settings
    position BIGINT NOT NULL,                   -- those with low numbers come first where entries are one person
    changed_until TEXT,                         -- the latest time of change that was seen, as the directory writes it
    last_compare BIGINT,                        -- when all entries were last read to the end
    last_success BIGINT,
    outcome TEXT,                               -- of the last attempt, in words
    read_count BIGINT NOT NULL DEFAULT 0,       -- entries at the last compare, and those of them that are not in the list
    hidden_count BIGINT NOT NULL DEFAULT 0,
    disabled_count BIGINT NOT NULL DEFAULT 0,
    addressless_count BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (list_id, directory)
) WITHOUT ROWID;

-- The entries that are in a list.
CREATE TABLE address_list_entry (
    list_id BIGINT NOT NULL,
    directory TEXT NOT NULL,
    entry_id TEXT NOT NULL,                     -- never changes in the directory
    digest TEXT NOT NULL,                       -- of all that the list takes of it
    state BIGINT NOT NULL,                      -- 0: as its card says; 1: to be written; 2: gone from the directory
    rank BIGINT NOT NULL,                       -- 1 for groups, which are written when their members are
    person TEXT,                                -- the UID of the card that it is part of; NULL: none yet
    kind TEXT NOT NULL,
    display_name TEXT NOT NULL,
    given_name TEXT,
    family_name TEXT,
    title TEXT,
    department TEXT,
    addresses TEXT NOT NULL,                    -- one a line, the preferred one first
    phones TEXT NOT NULL,
    photo BLOB,
    PRIMARY KEY (list_id, directory, entry_id)
) WITHOUT ROWID;
CREATE INDEX address_list_entry_person ON address_list_entry (person);
CREATE INDEX address_list_entry_pending ON address_list_entry (list_id, rank) WHERE state <> 0;

-- By which addresses entries are one person.
CREATE TABLE address_list_address (
    list_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    directory TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    PRIMARY KEY (list_id, address, directory, entry_id)
) WITHOUT ROWID;
CREATE INDEX address_list_address_entry ON address_list_address (list_id, directory, entry_id);

-- What groups of its directory may call an entry (hashes of a location, a login, an id), and whom groups so call.
CREATE TABLE address_list_name (
    list_id BIGINT NOT NULL,
    directory TEXT NOT NULL,
    name TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    PRIMARY KEY (list_id, directory, name, entry_id)
) WITHOUT ROWID;
CREATE INDEX address_list_name_entry ON address_list_name (list_id, directory, entry_id);
CREATE TABLE address_list_member (
    list_id BIGINT NOT NULL,
    directory TEXT NOT NULL,
    name TEXT NOT NULL,
    group_id TEXT NOT NULL,                     -- the entry of the group
    PRIMARY KEY (list_id, directory, name, group_id)
) WITHOUT ROWID;
CREATE INDEX address_list_member_group ON address_list_member (list_id, directory, group_id);

"""#),
        Migration(number: 11, name: "private-objects", sql: #"""
-- Which calendar objects are not public (RFC 5545 §3.8.1.3): those with whom a calendar is shared do not find them. Part of the
-- index, and made anew with it.
ALTER TABLE search_text ADD COLUMN is_private BIGINT NOT NULL DEFAULT 0;

"""#),
        Migration(number: 12, name: "app-passwords", sql: #"""
-- Passwords for single programs and devices, beside a principal's own. They are made up by this server and have 115 random
-- bits, so a fast hash keeps them: to guess one is hopeless at any speed.
CREATE TABLE app_password (
    principal_id BIGINT NOT NULL,
    name TEXT NOT NULL,                     -- what the owner calls it; unique among theirs
    scopes BIGINT NOT NULL,                 -- a set of bits: 1 DAV, 2 IMAP, 4 SMTP
    salt BLOB NOT NULL,                     -- 16 random bytes
    code BLOB NOT NULL,                     -- HMAC-SHA-256 of the secret, with the salt as key
    created BIGINT NOT NULL,                -- milliseconds since 1970
    last_used BIGINT,                       -- written once an hour at most; NULL: never
    PRIMARY KEY (principal_id, name)
) WITHOUT ROWID;

"""#),
        Migration(number: 13, name: "grams", sql: #"""
-- Which documents may have a text in them, by their rows of three characters (Formats/Grams): the messages of a mailbox, the
-- members of a large book or calendar. All of it can be thrown away and is made anew. A segment is never changed; what came after
-- the last one is looked at without an index, until there is another segment.
CREATE TABLE gram_segment (
    id BIGINT NOT NULL PRIMARY KEY,         -- node
    scope_id BIGINT NOT NULL,               -- mailbox or collection
    first_document BIGINT NOT NULL,         -- mailboxes: UIDs from here; collections: a number that orders them
    last_document BIGINT NOT NULL,          -- mailboxes: to here; collections: the modseq up to which changes are in it
    version BIGINT NOT NULL,                -- of the program's idea of what a document's text is
    document_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,             -- of its pages
    documents BLOB NOT NULL,                -- mailboxes: the UIDs (UIDSet.swift)
    open BLOB NOT NULL,                     -- documents that may have any text (DocumentSet.swift)
    unfinished BIGINT                       -- since when it is made; 0: it is taken away; NULL: it is used
);
CREATE INDEX gram_segment_of_scope ON gram_segment (scope_id, first_document);
CREATE INDEX gram_segment_unfinished ON gram_segment (unfinished) WHERE unfinished IS NOT NULL;

-- The grams of a segment. Below 0 are the names of its documents, where these are members.
CREATE TABLE gram_page (
    segment_id BIGINT NOT NULL,
    first_gram BIGINT NOT NULL,
    data BLOB NOT NULL,                     -- GramPage.swift
    PRIMARY KEY (segment_id, first_gram)
);

"""#),
        Migration(number: 13, name: "pages-of-grams", dialect: .postgres, sql: #"""
-- Two pages of grams fill one of the database: they are read whole, and do not get smaller by compression.
ALTER TABLE gram_page ALTER COLUMN data SET STORAGE PLAIN;

"""#),
        Migration(number: 14, name: "retained-mail", sql: #"""
-- What expunged messages and deleted mailboxes of an owner take, which no quota counts: it has a limit of its own.
ALTER TABLE mail_account ADD COLUMN retained_bytes BIGINT NOT NULL DEFAULT 0;
UPDATE mail_account SET retained_bytes =
    COALESCE((SELECT SUM(size) FROM mail_retained WHERE mail_retained.owner_id = mail_account.owner_id), 0)
    + COALESCE((SELECT SUM(byte_count) FROM mailbox WHERE mailbox.owner_id = mail_account.owner_id AND trashed IS NOT NULL), 0);

-- An owner's deleted mailboxes; and all that there is of a principal that goes.
CREATE INDEX mailbox_of_owner ON mailbox (owner_id, trashed);
CREATE INDEX mail_annotation_of_principal ON mail_annotation (principal_id);
CREATE INDEX mail_seen_of_viewer ON mail_seen (viewer_id);

"""#),
        Migration(number: 15, name: "maildir", sql: #"""
-- Mail in Maildir: octets are in files, which other programs read and change too. The index is the same for both storages.

-- 'database' or 'maildir': where new mailboxes of the owner are; NULL: none was made since there are two.
ALTER TABLE mail_account ADD COLUMN storage TEXT;

-- The directory of its cur, new and tmp, below that of all; NULL: its messages are in the database. Kept by a rename.
ALTER TABLE mailbox ADD COLUMN maildir TEXT;
CREATE INDEX mailbox_in_maildir ON mailbox (owner_id) WHERE maildir IS NOT NULL;

-- 1: the octets are in files only (mail_file); 0: in mail_body, whoever has files of them too.
ALTER TABLE mail_content ADD COLUMN in_files BIGINT NOT NULL DEFAULT 0;

-- The file of each message, and of each retained one, of a mailbox that has a directory. Its row is committed while the file is in tmp, and
-- what is done to names comes after the commit: what a crash leaves undone is seen by the difference.
CREATE TABLE mail_file (
    mailbox_id BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    content_id BIGINT NOT NULL,
    name TEXT NOT NULL,                     -- without what comes after the colon
    place BIGINT NOT NULL,                  -- as it was seen last, or is to be: 1 new, 2 cur
    suffix TEXT NOT NULL,                   -- as it was seen last: the colon and what follows
    size BIGINT NOT NULL,                   -- of the file: not the message's where its lines end without CR
    doomed BIGINT NOT NULL DEFAULT 0,       -- 1: the message is gone, the file is to be removed
    PRIMARY KEY (mailbox_id, uid)
) WITHOUT ROWID;
CREATE UNIQUE INDEX mail_file_name ON mail_file (mailbox_id, name);
CREATE INDEX mail_file_of_content ON mail_file (content_id);
CREATE INDEX mail_file_doomed ON mail_file (mailbox_id) WHERE doomed = 1;

-- Directories of mailboxes that are gone for good.
CREATE TABLE mail_directory_gone (
    path TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

"""#),
        Migration(number: 16, name: "invitations", sql: #"""
-- What a grant to one user or group is besides, where it was made by an invitation (Apple's calendarserver-sharing). It goes with
-- the grant. Who has declined has hidden the mount.
CREATE TABLE invitation (
    collection_id BIGINT NOT NULL,
    grantee BIGINT NOT NULL,                -- principal
    uid TEXT NOT NULL,                      -- what the answer names
    common_name TEXT,                       -- as whom the sharer named the sharee
    summary TEXT,                           -- what the sharer calls the collection
    is_accepted BIGINT NOT NULL DEFAULT 0,  -- the sharee has answered so
    PRIMARY KEY (collection_id, grantee)
) WITHOUT ROWID;
CREATE UNIQUE INDEX invitation_of_uid ON invitation (uid);
CREATE INDEX invitation_of_grantee ON invitation (grantee);

"""#),
        Migration(number: 17, name: "age-of-grams", sql: #"""
-- When a segment was begun: what is old is made anew without the texts of what is gone. Of those from before nobody knows.
ALTER TABLE gram_segment ADD COLUMN made BIGINT NOT NULL DEFAULT 0;

"""#),
        Migration(number: 18, name: "personal-alarms", sql: #"""
-- What somebody keeps for themselves alone on an object of a calendar that is not theirs: alarms, and when they were put off.
CREATE TABLE personal_alarm (
    principal_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,              -- node; also of one in the trash
    tag TEXT NOT NULL,                      -- of `data`; part of the ETag that the principal is told
    size BIGINT NOT NULL,                   -- of `data`; counts in the principal's used_bytes
    data BLOB NOT NULL,                     -- iCalendar: a component for the object's master and each instance that has its own
    PRIMARY KEY (principal_id, member_id)
) WITHOUT ROWID;
CREATE INDEX personal_alarm_of_member ON personal_alarm (member_id);

-- The ETag of a calendar object without what is its owner's alone; NULL: there is nothing of the kind in it. Part of the index,
-- and made anew with it.
ALTER TABLE search_text ADD COLUMN shared_tag TEXT;

-- Whose change it is, where nobody else sees another object by it; NULL: everybody's.
ALTER TABLE change ADD COLUMN principal_id BIGINT;

"""#),
        Migration(number: 19, name: "scram", sql: #"""
-- What SCRAM-SHA-256 (RFC 5802, RFC 7677) needs of a password, beside its hash: as RFC 5803 has it, made by a server whose settings let it
-- offer that. It goes with the password.
ALTER TABLE principal ADD COLUMN scram TEXT;

-- The same of an app password, one for each form in which it is typed, blank-separated.
ALTER TABLE app_password ADD COLUMN scram TEXT;

-- Who could not sign in by SCRAM: it is offered by itself once there is nobody.
CREATE INDEX principal_without_scram ON principal (id) WHERE scram IS NULL AND password IS NOT NULL;
CREATE INDEX app_password_without_scram ON app_password (principal_id) WHERE scram IS NULL;

-- Random bytes that all nodes must have alike, and that nobody else may know.
CREATE TABLE secret (
    name TEXT NOT NULL PRIMARY KEY,         -- what it is for
    value BLOB NOT NULL
);

"""#),
        Migration(number: 20, name: "url-keys", sql: #"""
-- The keys by which URLs of messages are authorized (RFC 4467): one for each mailbox that somebody has authorized a URL of. Without its key a URL
-- is worth nothing any more.
CREATE TABLE mail_url_key (
    principal_id BIGINT NOT NULL,           -- who authorized
    mailbox_id BIGINT NOT NULL,
    value BLOB NOT NULL,                    -- 32 random bytes
    PRIMARY KEY (principal_id, mailbox_id)
) WITHOUT ROWID;
CREATE INDEX mail_url_key_of_mailbox ON mail_url_key (mailbox_id);

"""#),
        Migration(number: 21, name: "time-of-membership", sql: #"""
-- Since when somebody is in a group, in milliseconds since 1970 in UTC; NULL: since before that was written down. What went from a
-- shared collection before then is told to nobody who reads it by that group.
ALTER TABLE group_member ADD COLUMN joined BIGINT;

"""#),
        Migration(number: 22, name: "storages", sql: #"""
-- Several databases for one installation: each account's collections and mailboxes are in one of them, its storage. The configuration
-- database, which is the default storage too, has the directory and says who is where; each other storage has a copy of the
-- directory's rows, under the same ids (DirectoryMirror.swift), so that what joins with them is the same everywhere.

-- Where what the principal owns is; NULL: in the configuration database.
ALTER TABLE principal ADD COLUMN storage TEXT;

-- The storages that were ever used, in the configuration database. A number is never given twice: ids in a storage begin at it times 2^40.
CREATE TABLE storage (
    name TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE
);

-- Where new principals of a domain are.
CREATE TABLE storage_domain (
    domain TEXT NOT NULL PRIMARY KEY,       -- lower case
    storage TEXT NOT NULL
);

-- In each database of an installation that has several: which one it is.
CREATE TABLE storage_identity (
    id BIGINT NOT NULL PRIMARY KEY,         -- 1
    installation TEXT NOT NULL,             -- the same in all of them
    name TEXT NOT NULL,                     -- empty: the configuration database
    position BIGINT                         -- of the directory's last change that is copied; NULL: the first copy is not whole
);

-- What other storages have not copied yet: when each principal, its addresses or memberships last changed. Numbers grow in the order of commits.
CREATE TABLE directory_change (
    principal_id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
CREATE INDEX directory_change_number ON directory_change (number);

-- The last of these numbers. Without a row nobody copies, and nothing is noted.
CREATE TABLE directory_state (
    id BIGINT NOT NULL PRIMARY KEY,         -- 1
    last_change BIGINT NOT NULL
);

"""#),
        Migration(number: 23, name: "account-moves", sql: #"""
-- Accounts that are moved from one storage to another (AccountMove.swift), in the configuration database. Times are milliseconds since
-- 1970 in UTC.
CREATE TABLE account_move (
    principal_id BIGINT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,                   -- empty: the configuration database
    target TEXT NOT NULL,
    state TEXT NOT NULL,                    -- copying; sealed: nothing can be changed at the source; moved: what is there is to go
    holder TEXT NOT NULL,                   -- the process that is at work: another one takes it over by another name
    changed BIGINT NOT NULL                 -- when it came into the state, or the holder was last heard of
);

-- A seal keeps what an account owns as it is: each change of it moves one of the counters below, and fails where that is not what was
-- sealed. NULL: there is none. A constraint costs writers nothing, whoever they are, and no transaction can pass it by having begun before.
ALTER TABLE collection ADD COLUMN sealed BIGINT CHECK (sealed IS NULL OR sealed = modseq);
ALTER TABLE mailbox ADD COLUMN sealed BIGINT CHECK (sealed IS NULL OR sealed = modseq);
ALTER TABLE mail_account ADD COLUMN sealed BIGINT CHECK (sealed IS NULL OR sealed = list_version);
ALTER TABLE principal ADD COLUMN sealed BIGINT CHECK (sealed IS NULL OR sealed = used_bytes);

"""#),
        Migration(number: 24, name: "mail", sql: #"""
-- RFC 3501 §2.3.2: \Recent. Of messages from this UID on no session was told yet. What is there already is recent for nobody.
ALTER TABLE mailbox ADD COLUMN recent_uid BIGINT NOT NULL DEFAULT 1;
UPDATE mailbox SET recent_uid = uid_next;

-- Capabilities of IMAP that are switched off for the owner's clients: their names, with spaces between them. NULL: none.
ALTER TABLE mail_account ADD COLUMN capabilities_off TEXT;

-- What is listed of a message, as it is sent, so that no listing reads its structure (WrittenListing.swift). A content without a row is read
-- from its structure.
CREATE TABLE mail_listing (
    content_id BIGINT NOT NULL PRIMARY KEY,
    written BLOB NOT NULL
) WITHOUT ROWID;

-- A large mailbox as it was at one modseq, so that the first session after a start need not read all messages (StoredSnapshot.swift). It can
-- be thrown away at any time.
CREATE TABLE mail_snapshot (
    mailbox_id BIGINT NOT NULL PRIMARY KEY,
    modseq BIGINT NOT NULL,
    data BLOB NOT NULL
);

"""#),
        Migration(number: 25, name: "mail-order", sql: #"""
-- What messages are sorted and threaded by (RFC 5256), gathered by column for some thousand messages of a mailbox at a time, so that no SORT or
-- THREAD of a large mailbox reads a row for each message. A UID's message never changes, so nothing that is done to messages touches it; it can be
-- thrown away at any time, and is made anew. What came after the last segment is read from the messages.
CREATE TABLE mail_order (
    mailbox_id BIGINT NOT NULL,
    part BIGINT NOT NULL,                   -- which column (OrderPart.swift)
    last_uid BIGINT NOT NULL,
    first_uid BIGINT NOT NULL,              -- all messages that there were from here on to the last are in it
    version BIGINT NOT NULL,                -- of the program's idea of the columns
    message_count BIGINT NOT NULL,
    made BIGINT NOT NULL,                   -- when: what is old is made anew without what is gone
    data BLOB NOT NULL,
    PRIMARY KEY (mailbox_id, part, last_uid)
);

-- They are written otherwise from here on (StoredSnapshot.swift), and are made anew as mailboxes are selected.
DELETE FROM mail_snapshot;

"""#),
        Migration(number: 26, name: "address-list-forms", sql: #"""
-- Units with a list of their own, the forms in which a list is offered, and what it hides. Columns as in 0010 but for those with a comment.

CREATE TABLE address_list_0026 (
    collection_id BIGINT NOT NULL PRIMARY KEY,
    domain TEXT NOT NULL,
    unit TEXT NOT NULL DEFAULT '',              -- empty: all of the domain who are in no unit
    next_refresh BIGINT NOT NULL,
    last_attempt BIGINT,
    last_success BIGINT,
    holder TEXT,
    held_until BIGINT NOT NULL DEFAULT 0,
    is_gateway BIGINT NOT NULL DEFAULT 0,       -- 1: clients are told of it as a directory to be searched
    is_principals BIGINT NOT NULL DEFAULT 0,    -- 1: searches for principals find who is in it
    UNIQUE (domain, unit)
);
INSERT INTO address_list_0026 (collection_id, domain, next_refresh, last_attempt, last_success, holder, held_until, is_gateway)
    SELECT l.collection_id, l.domain, l.next_refresh, l.last_attempt, l.last_success, l.holder, l.held_until,
        CASE WHEN c.origin = 'address-directory' THEN 1 ELSE 0 END
    FROM address_list l LEFT JOIN collection c ON c.id = l.collection_id;
DROP TABLE address_list;
ALTER TABLE address_list_0026 RENAME TO address_list;

-- The name to sign in with, by which an entry becomes a principal.
ALTER TABLE address_list_entry ADD COLUMN login TEXT NOT NULL DEFAULT '';
CREATE INDEX address_list_entry_kind ON address_list_entry (list_id, kind) WHERE kind <> 'user';
CREATE INDEX address_list_entry_id ON address_list_entry (directory, entry_id);

-- Entries that are in no list, though they have an address: who searches for principals does not find them either.
CREATE TABLE address_list_hidden (
    list_id BIGINT NOT NULL,
    directory TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    PRIMARY KEY (directory, entry_id, list_id)
) WITHOUT ROWID;

-- Of this database's principals: whether no address list and no search shows it.
ALTER TABLE principal ADD COLUMN is_hidden BIGINT NOT NULL DEFAULT 0;

"""#),
        Migration(number: 27, name: "names-of-listed", sql: #"""
-- By which name an entry of an address list is found before it is a principal: the one that it signs in with then. Of directories that
-- were read before there were such names the next refresh reads all.
ALTER TABLE address_list_entry ADD COLUMN sign_in_name TEXT NOT NULL DEFAULT '';
CREATE INDEX address_list_entry_sign_in_name ON address_list_entry (sign_in_name) WHERE sign_in_name <> '';
ALTER TABLE address_list_source ADD COLUMN has_names BIGINT NOT NULL DEFAULT 0;  -- 1: all its entries were read since

"""#),
        Migration(number: 28, name: "room-for-counters", dialect: .postgres, sql: #"""
-- Room in the pages for the next version of rows whose counters change with each object that is written: they then stay where they are (HOT). One that
-- goes to another page is written into the indexes too, and everybody who has just looked there is undone (SERIALIZABLE).
ALTER TABLE principal SET (fillfactor = 40);
ALTER TABLE collection SET (fillfactor = 40);

"""#),
        Migration(number: 29, name: "changes-of-own-entries", sql: #"""
-- Which of this database's own principals (those that are no entry of a directory elsewhere) a list of everybody must look at again, with those
-- that are gone: when each, its addresses, whether it is shown, or who is in it last changed. Numbers grow in the order of commits.
CREATE TABLE own_change (
    principal_id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
CREATE INDEX own_change_number ON own_change (number);

-- The last of these numbers. Whoever takes one holds the row to the commit.
CREATE TABLE own_state (
    id BIGINT NOT NULL PRIMARY KEY,         -- 1
    last_change BIGINT NOT NULL
);
INSERT INTO own_state (id, last_change) VALUES (1, 0);

-- Of a source: of the settings on which it depends what the list takes of an entry. Others: all is compared.
ALTER TABLE address_list_source ADD COLUMN settings TEXT;

"""#),
        Migration(number: 30, name: "app-password-ends", sql: #"""
-- The time (milliseconds since 1970) from which on an app password signs in nowhere; NULL: it has no end.
ALTER TABLE app_password ADD COLUMN expires BIGINT;

"""#),
        Migration(number: 31, name: "past-members", sql: #"""
-- What stood in a collection until it was replaced, renamed, moved away or deleted, or its properties changed: by it a collection is brought back to
-- what it was at a time within `storage.history-keep`. Positions are those of the collection's change log.
CREATE TABLE past_member (
    collection_id BIGINT NOT NULL,
    until_modseq BIGINT NOT NULL,           -- of the change that ended it; it ended one member at most
    since_modseq BIGINT NOT NULL,           -- of the change that made it what it was
    name TEXT NOT NULL,
    id BIGINT NOT NULL,                     -- node
    etag TEXT NOT NULL,
    size BIGINT NOT NULL,
    component TEXT NOT NULL,
    uid TEXT,
    content_type TEXT,
    blob_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    attached_bytes BIGINT,
    ended BIGINT NOT NULL,                  -- when
    PRIMARY KEY (collection_id, until_modseq)
) WITHOUT ROWID;
CREATE INDEX past_member_ended ON past_member (ended);

-- What a property of a member was before a change.
CREATE TABLE past_property (
    collection_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    until_modseq BIGINT NOT NULL,
    value BLOB,                             -- NULL: there was none
    ended BIGINT NOT NULL,
    PRIMARY KEY (collection_id, member_id, namespace, name, until_modseq)
) WITHOUT ROWID;
CREATE INDEX past_property_ended ON past_property (ended);

-- What ended up to and with this position of the change log may be forgotten: of no earlier one can be told what was there.
ALTER TABLE collection ADD COLUMN history_floor BIGINT NOT NULL DEFAULT 0;
UPDATE collection SET history_floor = modseq;

-- What a resource has of properties above 4 KiB counts towards its owner's quota from now on.
WITH RECURSIVE large (collection_id, bytes) AS (
    SELECT collection_id, SUM(n - 4096)
    FROM (SELECT collection_id, SUM(LENGTH(value)) AS n FROM property GROUP BY collection_id, member_id) AS sums
    WHERE n > 4096 GROUP BY collection_id
), above (below_id, id) AS (
    SELECT collection_id, collection_id FROM large
    UNION
    SELECT above.below_id, collection.parent_id FROM above JOIN collection ON collection.id = above.id
    WHERE collection.parent_id IS NOT NULL
), counted (owner_id, bytes) AS (
    SELECT collection.owner_id, large.bytes FROM large JOIN collection ON collection.id = large.collection_id
    WHERE large.collection_id NOT IN (
        SELECT above.below_id FROM above JOIN collection ON collection.id = above.id WHERE collection.trashed IS NOT NULL)
)
UPDATE principal SET used_bytes = used_bytes + (SELECT SUM(bytes) FROM counted WHERE counted.owner_id = principal.id)
WHERE id IN (SELECT owner_id FROM counted);

"""#),
    ]
}

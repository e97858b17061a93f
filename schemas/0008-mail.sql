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

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

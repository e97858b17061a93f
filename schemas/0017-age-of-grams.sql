-- When a segment was begun: what is old is made anew without the texts of what is gone. Of those from before nobody knows.
ALTER TABLE gram_segment ADD COLUMN made BIGINT NOT NULL DEFAULT 0;

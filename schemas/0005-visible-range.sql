-- How far into the past and the future a calendar shows its members, in whole days before and after the day that it is in
-- UTC; NULL: without a bound. What is stored does not depend on it.
ALTER TABLE collection ADD COLUMN visible_past BIGINT;
ALTER TABLE collection ADD COLUMN visible_future BIGINT;

-- Two pages of grams fill one of the database: they are read whole, and do not get smaller by compression.
ALTER TABLE gram_page ALTER COLUMN data SET STORAGE PLAIN;

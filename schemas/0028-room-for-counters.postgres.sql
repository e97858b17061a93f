-- Room in the pages for the next version of rows whose counters change with each object that is written: they then stay where they are (HOT). One that
-- goes to another page is written into the indexes too, and everybody who has just looked there is undone (SERIALIZABLE).
ALTER TABLE principal SET (fillfactor = 40);
ALTER TABLE collection SET (fillfactor = 40);

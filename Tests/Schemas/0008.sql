INSERT INTO occurrence (collection_id, is_floating, span, starts, name, ends, is_exact, component, busy, weeks)
VALUES (11, 1, 63, -1152921504606846976, 'b.ics', 9223372036854775807, 0, 'vevent', 4, -1);

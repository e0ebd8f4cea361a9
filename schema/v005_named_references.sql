-- Schema version 5: foreign keys name the column that they refer to. It is the same one as before, the primary key; but tools that
-- link rows by what `PRAGMA foreign_key_list` says, like Datasette, need its name and fail without it.
--
-- SQLite has no statement for this. What is written in sqlite_schema changes nothing about the tables' rows.

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql =
  replace(replace(replace(replace(replace(replace(replace(sql,
    'REFERENCES chain', 'REFERENCES chain (chain_id)'),
    'REFERENCES stream', 'REFERENCES stream (stream_id)'),
    'REFERENCES path', 'REFERENCES path (path_id)'),
    'REFERENCES permset', 'REFERENCES permset (permset_id)'),
    'REFERENCES quotaset', 'REFERENCES quotaset (quotaset_id)'),
    'REFERENCES residue', 'REFERENCES residue (residue_id)'),
    'REFERENCES node_detail', 'REFERENCES node_detail (detail_id)')
WHERE type = 'table' AND sql LIKE '%REFERENCES%';
PRAGMA writable_schema = RESET;

PRAGMA user_version = 5;

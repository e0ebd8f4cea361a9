-- The messages that wait in the connections' buffers, decoded. Loaded after views.sql, on which it
-- builds.
--
-- A message is a header of 16 bytes (type, req-id, tx-id and length, 32 bits each in the stream's
-- byte order) and a payload (xenstore.txt and xs_wire.h of Xen).

-- The types of messages. Xen has removed RESTRICT; its number stays free.
-- columns: type_number integer, type text
CREATE VIEW message_types (type_number, type) AS
VALUES
  (0, 'CONTROL'), (1, 'DIRECTORY'), (2, 'READ'), (3, 'GET_PERMS'),
  (4, 'WATCH'), (5, 'UNWATCH'), (6, 'TRANSACTION_START'), (7, 'TRANSACTION_END'),
  (8, 'INTRODUCE'), (9, 'RELEASE'), (10, 'GET_DOMAIN_PATH'), (11, 'WRITE'),
  (12, 'MKDIR'), (13, 'RM'), (14, 'SET_PERMS'), (15, 'WATCH_EVENT'),
  (16, 'ERROR'), (17, 'IS_DOMAIN_INTRODUCED'), (18, 'RESUME'), (19, 'SET_TARGET'),
  (20, 'RESTRICT'), (21, 'RESET_WATCHES'), (22, 'DIRECTORY_PART'), (23, 'GET_FEATURE'),
  (24, 'SET_FEATURE'), (25, 'GET_QUOTA'), (26, 'SET_QUOTA');

-- All byte values in order, so that the position of a byte gives its value; SQLite has no function
-- for that.
-- columns: octets octets
CREATE VIEW octet_table (octets) AS
VALUES (x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');

-- By how many bits the first byte of a 32-bit number is shifted: 24 if the stream is big-endian,
-- otherwise 0. The next bytes are shifted by abs(turn - 8), abs(turn - 16) and abs(turn - 24).
-- columns: image_id integer, turn integer
CREATE VIEW image_turns AS
SELECT g.image_id, CASE h.byte_order WHEN 'big' THEN 24 ELSE 0 END AS turn
FROM image_gen g JOIN chain h ON h.chain_id = g.chain_id;

-- The buffers of all connections, each with the offsets of its messages, ten digits each. skip: how
-- many bytes finish a message whose beginning the reader already has; offset 0 represents them.
-- columns: image_id integer, record_id integer, conn_id integer, direction text, data octets,
--          skip integer, turn integer, offsets text
CREATE VIEW message_buffers AS
SELECT c.image_id, c.record_id, c.conn_id, 'in' AS direction, c.in_data AS data, 0 AS skip, t.turn,
       (WITH RECURSIVE cut("offset", n) AS (
          SELECT 0,
                 CASE WHEN length(c.in_data) - 0 >= 16 THEN
                   ((instr(z.octets, substr(c.in_data, 0 + 12 + 1, 1)) - 1) << abs(t.turn - 0))
                   + ((instr(z.octets, substr(c.in_data, 0 + 12 + 2, 1)) - 1) << abs(t.turn - 8))
                   + ((instr(z.octets, substr(c.in_data, 0 + 12 + 3, 1)) - 1) << abs(t.turn - 16))
                   + ((instr(z.octets, substr(c.in_data, 0 + 12 + 4, 1)) - 1) << abs(t.turn - 24)) END
          FROM octet_table z WHERE 0 < length(c.in_data)
          UNION ALL
          SELECT "offset" + 16 + n,
                 CASE WHEN length(c.in_data) - "offset" - 16 - n >= 16 THEN
                   ((instr(z.octets, substr(c.in_data, "offset" + 16 + n + 12 + 1, 1)) - 1) << abs(t.turn - 0))
                   + ((instr(z.octets, substr(c.in_data, "offset" + 16 + n + 12 + 2, 1)) - 1) << abs(t.turn - 8))
                   + ((instr(z.octets, substr(c.in_data, "offset" + 16 + n + 12 + 3, 1)) - 1) << abs(t.turn - 16))
                   + ((instr(z.octets, substr(c.in_data, "offset" + 16 + n + 12 + 4, 1)) - 1) << abs(t.turn - 24)) END
          FROM cut, octet_table z WHERE "offset" + 16 + n < length(c.in_data)
        )
        SELECT CASE WHEN 0 > 0 THEN '0000000000' ELSE '' END || coalesce(group_concat(printf('%010d', "offset"), ''), '') FROM cut) AS offsets
FROM connections c
CROSS JOIN image_turns t ON t.image_id = c.image_id
WHERE length(c.in_data) > 0
UNION ALL
SELECT c.image_id, c.record_id, c.conn_id, 'out' AS direction, c.out_data AS data, min(coalesce(c.out_resp_len, 0), length(c.out_data)) AS skip, t.turn,
       (WITH RECURSIVE cut("offset", n) AS (
          SELECT min(coalesce(c.out_resp_len, 0), length(c.out_data)),
                 CASE WHEN length(c.out_data) - min(coalesce(c.out_resp_len, 0), length(c.out_data)) >= 16 THEN
                   ((instr(z.octets, substr(c.out_data, min(coalesce(c.out_resp_len, 0), length(c.out_data)) + 12 + 1, 1)) - 1) << abs(t.turn - 0))
                   + ((instr(z.octets, substr(c.out_data, min(coalesce(c.out_resp_len, 0), length(c.out_data)) + 12 + 2, 1)) - 1) << abs(t.turn - 8))
                   + ((instr(z.octets, substr(c.out_data, min(coalesce(c.out_resp_len, 0), length(c.out_data)) + 12 + 3, 1)) - 1) << abs(t.turn - 16))
                   + ((instr(z.octets, substr(c.out_data, min(coalesce(c.out_resp_len, 0), length(c.out_data)) + 12 + 4, 1)) - 1) << abs(t.turn - 24)) END
          FROM octet_table z WHERE min(coalesce(c.out_resp_len, 0), length(c.out_data)) < length(c.out_data)
          UNION ALL
          SELECT "offset" + 16 + n,
                 CASE WHEN length(c.out_data) - "offset" - 16 - n >= 16 THEN
                   ((instr(z.octets, substr(c.out_data, "offset" + 16 + n + 12 + 1, 1)) - 1) << abs(t.turn - 0))
                   + ((instr(z.octets, substr(c.out_data, "offset" + 16 + n + 12 + 2, 1)) - 1) << abs(t.turn - 8))
                   + ((instr(z.octets, substr(c.out_data, "offset" + 16 + n + 12 + 3, 1)) - 1) << abs(t.turn - 16))
                   + ((instr(z.octets, substr(c.out_data, "offset" + 16 + n + 12 + 4, 1)) - 1) << abs(t.turn - 24)) END
          FROM cut, octet_table z WHERE "offset" + 16 + n < length(c.out_data)
        )
        SELECT CASE WHEN min(coalesce(c.out_resp_len, 0), length(c.out_data)) > 0 THEN '0000000000' ELSE '' END || coalesce(group_concat(printf('%010d', "offset"), ''), '') FROM cut) AS offsets
FROM connections c
CROSS JOIN image_turns t ON t.image_id = c.image_id
WHERE length(c.out_data) > 0;

-- The digits from which the positions of messages are made.
-- columns: digit integer
CREATE VIEW digits (digit) AS
VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);

-- One row for each message of a buffer, in order: direction in (requests not yet handled) or out
-- (replies and watch events not yet read), position from 0 on, offset in the buffer. complete is 0
-- if the message is cut off: at its start (the rest of a half-written one: no type, all of it
-- payload) or at its end. Fields that are cut off are NULL.
-- columns: image_id integer, conn_id integer, direction text, position integer, type text,
--          req_id integer, tx_id integer, length integer, payload octets, complete integer,
--          type_number integer, offset integer, record_id integer, rowid integer
CREATE VIEW messages AS
SELECT m.image_id, m.conn_id, m.direction, m.position,
       coalesce((SELECT t.type FROM message_types t WHERE t.type_number = m.type_number), CAST(m.type_number AS TEXT)) AS type,
       m.req_id, m.tx_id, m.length,
       CASE WHEN m.is_rest THEN m.bytes ELSE substr(m.bytes, 17) END AS payload,
       NOT m.is_rest AND m.length IS NOT NULL AND 16 + m.length <= length(m.bytes) AS complete,
       m.type_number, m."offset", m.record_id, m.record_id AS rowid
FROM (
  SELECT piece.image_id, piece.record_id, piece.conn_id, piece.direction, piece.position, piece."offset", piece.is_rest, piece.bytes,
         -- The numbers of the header, where it is long enough to hold them.
         CASE WHEN NOT piece.is_rest AND length(piece.bytes) >= 4 THEN
                ((instr(z.octets, substr(piece.bytes, 1, 1)) - 1) << abs(piece.turn - 0))
              + ((instr(z.octets, substr(piece.bytes, 2, 1)) - 1) << abs(piece.turn - 8))
              + ((instr(z.octets, substr(piece.bytes, 3, 1)) - 1) << abs(piece.turn - 16))
              + ((instr(z.octets, substr(piece.bytes, 4, 1)) - 1) << abs(piece.turn - 24)) END AS type_number,
         CASE WHEN NOT piece.is_rest AND length(piece.bytes) >= 8 THEN
                ((instr(z.octets, substr(piece.bytes, 5, 1)) - 1) << abs(piece.turn - 0))
              + ((instr(z.octets, substr(piece.bytes, 6, 1)) - 1) << abs(piece.turn - 8))
              + ((instr(z.octets, substr(piece.bytes, 7, 1)) - 1) << abs(piece.turn - 16))
              + ((instr(z.octets, substr(piece.bytes, 8, 1)) - 1) << abs(piece.turn - 24)) END AS req_id,
         CASE WHEN NOT piece.is_rest AND length(piece.bytes) >= 12 THEN
                ((instr(z.octets, substr(piece.bytes, 9, 1)) - 1) << abs(piece.turn - 0))
              + ((instr(z.octets, substr(piece.bytes, 10, 1)) - 1) << abs(piece.turn - 8))
              + ((instr(z.octets, substr(piece.bytes, 11, 1)) - 1) << abs(piece.turn - 16))
              + ((instr(z.octets, substr(piece.bytes, 12, 1)) - 1) << abs(piece.turn - 24)) END AS tx_id,
         CASE WHEN NOT piece.is_rest AND length(piece.bytes) >= 16 THEN
                ((instr(z.octets, substr(piece.bytes, 13, 1)) - 1) << abs(piece.turn - 0))
              + ((instr(z.octets, substr(piece.bytes, 14, 1)) - 1) << abs(piece.turn - 8))
              + ((instr(z.octets, substr(piece.bytes, 15, 1)) - 1) << abs(piece.turn - 16))
              + ((instr(z.octets, substr(piece.bytes, 16, 1)) - 1) << abs(piece.turn - 24)) END AS length
  FROM (
    -- A message goes on to the offset of the next one. DISTINCT, here and below, drops nothing: it
    -- makes SQLite compute the columns once, not at each of their uses.
    SELECT DISTINCT o.image_id, o.record_id, o.conn_id, o.direction, o.turn, o.position, o."offset",
           o.skip > 0 AND o.position = 0 AS is_rest,
           CASE WHEN o.next = '' THEN substr(o.data, o."offset" + 1) ELSE substr(o.data, o."offset" + 1, CAST(o.next AS INTEGER) - o."offset") END AS bytes
    FROM (
      SELECT b.*, d5.digit * 100000 + d4.digit * 10000 + d3.digit * 1000 + d2.digit * 100 + d1.digit * 10 + d0.digit AS position,
             CAST(substr(b.offsets, (d5.digit * 100000 + d4.digit * 10000 + d3.digit * 1000 + d2.digit * 100 + d1.digit * 10 + d0.digit) * 10 + 1, 10) AS INTEGER) AS "offset",
             substr(b.offsets, (d5.digit * 100000 + d4.digit * 10000 + d3.digit * 1000 + d2.digit * 100 + d1.digit * 10 + d0.digit) * 10 + 11, 10) AS next
      FROM (SELECT DISTINCT * FROM message_buffers) b
      -- The positions 0 to as many as there are messages, digit by digit, without a loop over what is not there.
      CROSS JOIN digits d5 ON d5.digit * 1000000 < length(b.offsets)
      CROSS JOIN digits d4 ON d5.digit * 1000000 + d4.digit * 100000 < length(b.offsets)
      CROSS JOIN digits d3 ON d5.digit * 1000000 + d4.digit * 100000 + d3.digit * 10000 < length(b.offsets)
      CROSS JOIN digits d2 ON d5.digit * 1000000 + d4.digit * 100000 + d3.digit * 10000 + d2.digit * 1000 < length(b.offsets)
      CROSS JOIN digits d1 ON d5.digit * 1000000 + d4.digit * 100000 + d3.digit * 10000 + d2.digit * 1000 + d1.digit * 100 < length(b.offsets)
      CROSS JOIN digits d0 ON d5.digit * 1000000 + d4.digit * 100000 + d3.digit * 10000 + d2.digit * 1000 + d1.digit * 100
        + d0.digit * 10 < length(b.offsets)
    ) o
  ) piece
  CROSS JOIN octet_table z
) m;

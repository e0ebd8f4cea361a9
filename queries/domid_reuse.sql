-- title: Domids reused by a different domain
-- group: time
-- severity: none
-- why: the old domain's grants apply to the new one; a history by domid alone mixes the two
-- refs: XSA-322
-- param: series (default all) the series to look at
-- keywords: reboot, history
-- columns: series text, domid integer, old_unique_id integer, new_unique_id integer, reason text,
--          image_id integer, seen_at text, time text
-- Xen writes unique-ids from 4.22 on. Without them, a reuse is visible only if an image in between
-- covers connections and lacks the domid. time: whether seen_at is the time of a capture or of an
-- import.
SELECT d.series, d.domid, d.old_unique_id, d.unique_id AS new_unique_id,
       CASE WHEN d.unique_id IS NOT d.old_unique_id THEN 'new unique-id' ELSE 'was away' END AS reason,
       d.first_image_id AS image_id, d.first_seen AS seen_at, d.first_from AS time
FROM (
  SELECT l.*, lag(l.unique_id) OVER domain AS old_unique_id, lag(l.last_step) OVER domain AS old_step
  FROM domain_lifetimes l
  WHERE l.series = coalesce(:series, l.series)
  WINDOW domain AS (PARTITION BY l.series, l.domid ORDER BY l.first_step)
) d
WHERE d.old_step IS NOT NULL AND (d.unique_id IS NOT d.old_unique_id OR d.began = 'added')
ORDER BY d.series, d.first_step, d.domid;

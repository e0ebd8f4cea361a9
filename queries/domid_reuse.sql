-- title: Domids reused by a different domain
-- group: time
-- severity: none
-- why: the old domain's grants apply to the new one; a history by domid alone mixes the two
-- refs: XSA-322
-- param: series (default all) the series to look at
-- keywords: reboot, history
-- columns: series, domid, old_unique_id, new_unique_id, reason, image_id, seen_at
-- Xen writes unique-ids from 4.22 on. Without them, a reuse is visible only if an image in between
-- lacks the domid.
SELECT d.series, d.domid, d.old_unique_id, d.unique_id AS new_unique_id,
       CASE WHEN d.unique_id IS NOT d.old_unique_id THEN 'new unique-id' ELSE 'was away' END AS reason,
       d.first_image_id AS image_id, d.first_seen AS seen_at
FROM (
  SELECT l.*, lag(l.unique_id) OVER domain AS old_unique_id, lag(l.last_step) OVER domain AS old_step
  FROM domain_lifetimes l
  WHERE l.series = coalesce(:series, l.series)
  WINDOW domain AS (PARTITION BY l.series, l.domid ORDER BY l.first_step)
) d
WHERE d.old_step IS NOT NULL
  AND (d.unique_id IS NOT d.old_unique_id
       -- An image that does not cover the domain's connection says nothing about it.
       OR d.old_step < d.first_step - 1
          AND EXISTS (SELECT 1 FROM series_steps t JOIN coverage v ON v.image_id = t.image_id AND v.kind = 'connections' AND v.covered = 1
                        AND v.root IN ('/', '/local/domain', '/local/domain/' || d.domid)
                      WHERE t.series = d.series AND t.step > d.old_step AND t.step < d.first_step))
ORDER BY d.first_image_id, d.domid;

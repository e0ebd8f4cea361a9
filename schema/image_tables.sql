-- Tables of one image that stand in for views of the same names, as long as several queries of this
-- image run one after the other: these views take long. A name without a schema is first looked up
-- among temporary tables. The program puts the image's id for :image_id.

CREATE TEMP TABLE grants AS
SELECT g.* FROM main.grants g WHERE g.image_id = :image_id;

CREATE TEMP TABLE guest_writable AS
SELECT t.image_id, t.permset_id FROM temp.grants t WHERE t.access IN ('w', 'both')
UNION ALL
SELECT a.image_id, a.permset_id FROM main.absent_writable a WHERE a.image_id = :image_id;

CREATE TEMP TABLE absent_domains AS
SELECT a.* FROM main.absent_domains a WHERE a.image_id = :image_id;

CREATE TEMP TABLE home_paths AS
SELECT h.* FROM main.home_paths h;

CREATE TEMP TABLE device_ends AS
SELECT d.* FROM main.device_ends d WHERE d.image_id = :image_id;

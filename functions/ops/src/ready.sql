-- frame: open
-- Says whether the bodies of this release are all here.
select exists (select from releases where releases.release = input ->> 'release')::text

delete from state where key = $1 and ($2::text is null or etag::text = lower($2))

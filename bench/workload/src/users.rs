//! Users with sessions, made without requests.

use anyhow::Context;
use tokio_postgres::Client;

const MAKE_USERS: &str = "
with made as materialized (select hash, gen_random_uuid() as id from unnest($1::text[]) as hash),
     people as (insert into app.users (id, guest) select id, true from made)
insert into app.sessions (token_hash, user_id, expires_at) select hash, id, now() + interval '30 days' from made";

/// Limits that reject nothing, as all load comes from one address and few users.
pub const LIMITS: &str = "
insert into app.limits (name, requests, seconds)
select name, 1000000000, 1000 from unnest(array['user', 'address', 'sign-up', 'sign-in', 'sign-in-account', 'sign-in-address', 'password']) as name
on conflict (name) do update set requests = excluded.requests, seconds = excluded.seconds;
update app.settings set streams_per_user = 1000, streams_per_address = 100000";

/// Makes a user with a session for each hash of a token.
pub async fn make(client: &Client, hashes: &[String]) -> anyhow::Result<()> {
    client.execute(MAKE_USERS, &[&hashes]).await.context("cannot make users")?;
    Ok(())
}

//! The database that every test gets a copy of.

use anyhow::Context;

use crate::database::Embedded;
use crate::database::setup::{create_if_missing, migrate};

/// Every event that triggers make, for a look at all of them when the tests have run. What has an event ready is made up, or
/// sent again.
const KEEP_EVENTS: &str = "
create table public.every_event (event json not null);
create function public.keep_event() returns trigger language plpgsql security definer as $$
begin
    insert into public.every_event values (app.cloud_event(new)::json);
    return null;
end $$;
create trigger keep_event after insert on app.outbox for each row when (new.event is null) execute function public.keep_event()";

/// Makes the template for tests, in a Postgres that is empty.
pub async fn make_template(postgres: &Embedded) -> anyhow::Result<String> {
    const NAME: &str = "template_of_tests";
    let server = postgres.url("postgres");
    create_if_missing(&server, NAME).await?;
    let template = server.with_database(NAME);
    migrate(&template).await?;
    template.connect().await?.batch_execute(KEEP_EVENTS).await.context("cannot keep the events of tests")?;
    Ok(NAME.into())
}

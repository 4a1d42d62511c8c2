-- frame: read, for both
-- Registers a live stream of the caller that begins at `since`, or now. Returns a row `start` with its first
-- page, `unproxied` with the number of streams that no proxy holds, `link` with the seconds after which a
-- proxy has to ask again, and what proxies have to be told because this stream knows it already. Returns
-- nothing if the client must start again, for the reasons of /api/sync.
declare
    history    text := epoch();
    is_proxied boolean := (input ->> 'proxied')::boolean;
    unproxied  bigint := 0;
    own        bigint;
    most       settings;
    known      users;
    start      bigint;
begin
    select users.* into known from users where users.id = caller;
    start := coalesce((input ->> 'since')::bigint, known.seq);
    if start > known.seq or coalesce(input ->> 'epoch', history) <> history
       or start > 0 and start < known.forgotten_seq then
        return;
    end if;

    -- 7003: a lock for each user, so that the streams of one are counted exactly. Those of an address or a
    -- process may exceed their limit by as many as are opened at the same moment.
    perform pg_advisory_xact_lock(7003, hashtext(caller::text));
    select settings.* into most from settings;
    own := (select count(*) from streams where streams.user_id = caller and streams.live_until > now());
    if not is_proxied then
        unproxied := (select count(*) from streams where not streams.proxied and streams.live_until > now());
    end if;
    if own >= most.streams_per_user or unproxied >= most.streams_unproxied
       or (select count(*) from streams
            where streams.address = principal ->> 'address' and streams.live_until > now())
           >= most.streams_per_address then
        perform refuse('too_many_streams');
    end if;
    insert into streams (id, user_id, credential, client, address, proxied, live_until, ends_at)
    values ((input ->> 'stream')::uuid, caller,
            coalesce(principal ->> 'session', principal ->> 'token',
                     concat_ws(' ', principal ->> 'issuer', principal ->> 'subject')),
            input ->> 'client', principal ->> 'address', is_proxied,
            clock_timestamp() + interval '20 seconds'
                + case when is_proxied then link_seconds() else 20 end * interval '1 second',
            coalesce((select sessions.expires_at from sessions
                       where sessions.token_hash = principal ->> 'session'),
                     (select tokens.expires_at from tokens where tokens.token_hash = principal ->> 'token'),
                     to_timestamp((principal ->> 'expires_at')::float8), 'infinity'));
    perform count_streams('opened', 1);
    return query select 'start', json_build_object('since', start, 'page', stream_page(caller, start))::text;
    return query select 'unproxied', (unproxied + 1)::text;
    if is_proxied then
        return query select 'user', to_json(caller)::text;
        return query select 'link', link_seconds()::text;
        return query select told.* from advance_stream(caller, false) as told
                      where told.kind <> 'hint' or own > 0;
    end if;
end;

-- frame: read, for both
-- Registers a live stream of the caller that begins at `since`, or now. Returns a row `start` with its first
-- page; `unproxied` with the number of streams that no proxy holds, or `user` and perhaps `publish`. Returns
-- nothing if the client must start again, for the reasons of /api/sync. For a HEAD it registers nothing, and
-- `start` is null.
declare
    history    text := epoch();
    is_proxied boolean := (input ->> 'proxied')::boolean;
    start      bigint := (input ->> 'since')::bigint;
    upto       bigint;
    unproxied  bigint := 0;
    most       settings;
    known      users;
begin
    select users.* into known from users where users.id = caller;
    if start > known.seq or coalesce(input ->> 'epoch', history) <> history
       or start > 0 and start < known.forgotten_seq then
        return;
    end if;

    -- Those that open hold a connection while they wait for each other.
    perform take_place('opening', caller);
    -- 7003: a lock for each user, so that the streams of one are counted exactly. Those of an address or a
    -- process may exceed their limit by as many as are opened at the same moment.
    perform pg_advisory_xact_lock(7003, hashtext(caller::text));
    select settings.* into most from settings;
    if not is_proxied then
        unproxied := (select count(*) from streams where not streams.proxied and streams.live_until > now());
    end if;
    if unproxied >= most.streams_unproxied
       or (select count(*) from streams where streams.user_id = caller and streams.live_until > now())
           >= most.streams_per_user
       or (select count(*) from streams
            where streams.address = principal ->> 'address' and streams.live_until > now())
           >= most.streams_per_address then
        perform refuse('too_many_streams');
    end if;
    if (input ->> 'head')::boolean then
        return query select 'start', 'null';
        return;
    end if;
    insert into streams (id, user_id, credential, client, address, proxied, live_until, ends_at)
    values ((input ->> 'stream')::uuid, caller,
            coalesce(principal ->> 'session', principal ->> 'token',
                     concat_ws(' ', principal ->> 'issuer', principal ->> 'subject')),
            input ->> 'client', principal ->> 'address', is_proxied,
            clock_timestamp() + interval '20 seconds'
                + case when is_proxied then seconds_to_ask() else 20 end * interval '1 second',
            coalesce((select sessions.expires_at from sessions
                       where sessions.token_hash = principal ->> 'session'),
                     (select tokens.expires_at from tokens where tokens.token_hash = principal ->> 'token'),
                     to_timestamp((principal ->> 'expires_at')::float8), 'infinity'));
    perform count_streams('opened', 1);

    -- A stream in a proxy begins where the last message has ended, so that the next one follows. What has
    -- changed since comes with that. A client that knows more already is rare.
    if is_proxied then
        update stream_register set epoch = history where stream_register.epoch is null;
        insert into stream_positions (user_id, seq) values (caller, known.seq)
        on conflict (user_id) do nothing;
        upto := (select position.seq from stream_positions as position where position.user_id = caller);
        if start > upto then
            return query select * from advance_stream(caller, false);
            upto := (select position.seq from stream_positions as position where position.user_id = caller);
        end if;
        return query select 'user', to_json(caller)::text;
    else
        return query select 'unproxied', (unproxied + 1)::text;
    end if;
    start := coalesce(start, upto, known.seq);
    return query select 'start', json_build_object(
                                     'since', start, 'page', stream_page(caller, start, upto))::text;
end;

//! A body in its frame: how the `.sql` file of a use case becomes a function in the database.
//!
//! The first line of a body says what the frame does around it: `-- frame:` and one of
//! - `read`: finds the caller, who may look;
//! - `write`: locks the caller's row too, and keeps the answer for a request that comes again;
//! - `open`: there is no caller yet;
//! - `consumer`: it takes events, each once, in a frame of its own. The body is a block of PL/pgSQL about the array
//!   `events` of `app.delivery`.
//!
//! Behind it, each after a comma: `own account` (a personal access token is not enough), `sign-in` and `sign-up` (with
//! limits of their own), `uncounted` (without limits), `in steps` (it is no single statement but a block of PL/pgSQL, which
//! returns its rows by itself), `for service` (for the functions that only Dapr calls), and `for both`.

const FRAME: &str = include_str!("frame.sql");
const CONSUMER: &str = include_str!("consumer.sql");

/// What this file puts around a body counts as a part of it too.
const FRAMING: &str = include_str!("frame.rs");

/// A hash of all that a body does in its frame: a part of its name, so that two releases live side by side. Computed by
/// the compiler in functions, and by `cargo dev migrate`.
pub const fn hash(body: &str) -> u64 {
    fnv(body.as_bytes(), fnv(FRAMING.as_bytes(), fnv(CONSUMER.as_bytes(), checksum(FRAME))))
}

/// A hash of a text alone (FNV-1a).
pub const fn checksum(text: &str) -> u64 {
    fnv(text.as_bytes(), 0xcbf2_9ce4_8422_2325)
}

const fn fnv(bytes: &[u8], mut hash: u64) -> u64 {
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    hash
}

/// The name under which the body of that file is installed.
pub fn installed_name(stem: &str, hash: u64) -> String {
    format!("{stem}_{hash:016x}")
}

/// What a body asks of its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Looks at what the caller may see.
    Read,
    /// Changes things of the caller, under the lock of the caller's row.
    Write,
    /// Needs no caller.
    Open,
    /// Takes events.
    Consumer,
}

#[derive(Default)]
struct Options {
    own_account: bool,
    sign_in: bool,
    sign_up: bool,
    uncounted: bool,
    in_steps: bool,
    for_service: bool,
    for_both: bool,
}

/// A body that is ready to be installed.
#[derive(Debug)]
pub struct Framed {
    /// Its name in the schema `bodies`.
    pub name: String,
    /// The one role that may call it, or both.
    pub role: &'static str,
    /// The statement that creates it.
    pub create: String,
}

/// Puts a body into its frame. The error says what is wrong with the body's first line.
pub fn frame(stem: &str, body: &str) -> Result<Framed, String> {
    let (access, options) = parse(body.lines().next().unwrap_or_default())?;
    let name = installed_name(stem, hash(body));
    if access == Access::Consumer {
        let create = CONSUMER.replace("{name}", &name).replace("{body}", body);
        return Ok(Framed { name, role: "taskflow_service", create });
    }
    let only = |wanted: bool, text: &'static str| if wanted { text } else { "" };
    let writes = |text| only(access == Access::Write, text);
    let create = FRAME
        .replace("{name}", &name)
        .replace("{find_caller}", find_caller(access, &options))
        .replace("{limit}", &limit(access, &options))
        .replace("{admit}", &admit(access, &options))
        .replace("{replay}", writes(REPLAY))
        .replace("{keep}", writes(KEEP))
        .replace("{body}", &if options.in_steps { body.to_owned() } else { one_statement(body) });
    let role = match (options.for_service, options.for_both) {
        (true, _) => "taskflow_service",
        (_, true) => "taskflow_user, taskflow_service",
        _ => "taskflow_user",
    };
    Ok(Framed { name, role, create })
}

/// Returns the rows of the body's one statement, and keeps them for the frame.
fn one_statement(body: &str) -> String {
    format!(
        "        for line in\n{}\n        loop\n            lines := lines || line;\n            return next line;\n        end loop;",
        body.trim_end()
    )
}

fn parse(first: &str) -> Result<(Access, Options), String> {
    let wrong = || {
        format!(
            "the first line is `{first}`; it must be `-- frame: read`, `write`, `open` or `consumer`, with options behind it"
        )
    };
    let mut words = first.strip_prefix("-- frame: ").ok_or_else(wrong)?.split(", ");
    let access = match words.next() {
        Some("read") => Access::Read,
        Some("write") => Access::Write,
        Some("open") => Access::Open,
        Some("consumer") => Access::Consumer,
        _ => return Err(wrong()),
    };
    let mut options = Options::default();
    for word in words {
        match word {
            "own account" => options.own_account = true,
            "sign-in" => options.sign_in = true,
            "sign-up" => options.sign_up = true,
            "uncounted" => options.uncounted = true,
            "in steps" => options.in_steps = true,
            "for service" => options.for_service = true,
            "for both" => options.for_both = true,
            _ => return Err(wrong()),
        }
    }
    Ok((access, options))
}

fn find_caller(access: Access, options: &Options) -> &'static str {
    match (access, options.for_service) {
        (Access::Open | Access::Consumer, _) => "",
        // A service says for whom it works; nobody else can say so.
        (_, true) => {
            "
    select person.id into caller from users as person
     where principal ? 'service' and person.id = (principal ->> 'user')::uuid;
"
        }
        (_, false) => {
            "
    -- Who is it, and what may they do?
    if principal ? 'session' then
        select session.user_id, session.expires_at, '{read,write,account}' into caller, expires, scopes
          from sessions as session where session.token_hash = principal ->> 'session' and session.expires_at > now();
    elsif principal ? 'token' then
        select token.user_id, token.scopes into caller, scopes from tokens as token
         where token.token_hash = principal ->> 'token' and (token.expires_at is null or token.expires_at > now());
    elsif principal ? 'issuer' then
        caller := person_of(principal ->> 'issuer', principal ->> 'subject', principal);
        scopes := coalesce((select array_agg(scope) from jsonb_array_elements_text(principal -> 'scopes') as scope),
                           '{read,write,account}');
    end if;
"
        }
    }
}

/// Whose requests are counted. Signing in is counted exactly, so there a request waits for the one before.
fn limit(access: Access, options: &Options) -> String {
    if options.for_service || options.uncounted {
        return String::new();
    }
    let draw = match access {
        Access::Open if options.sign_in => {
            "draw('{sign-in,sign-in-address}', array[md5(lower(input ->> 'email')), principal ->> 'address'], null, true)"
        }
        Access::Open if options.sign_up => {
            "draw('{address,sign-up}', array[principal ->> 'address', principal ->> 'address'], null)"
        }
        Access::Open | Access::Consumer => "draw('{address}', array[principal ->> 'address'], null)",
        Access::Read | Access::Write => "draw('{address,user}', array[principal ->> 'address', caller::text], caller)",
    };
    format!(
        r#"
    -- How much have they asked for? The first row of the answer says how much is left.
    quota := {draw};
    if quota is not null then
        return next quota;
        if starts_with(quota, '{{"quota":{{"refused":true') then
            return next json_build_object('error', 'limited');
            exit frame;
        end if;
    end if;
"#
    )
}

/// Locks the caller's row before anything else of theirs is looked at: so a user's changes have one order, and writers
/// wait instead of deadlocking. Who waited for it sees what the one before has done, be it that the session has ended.
fn admit(access: Access, options: &Options) -> String {
    if access == Access::Open {
        return String::new();
    }
    let scope = match access {
        _ if options.own_account => "account",
        Access::Write => "write",
        _ => "read",
    };
    let rejected = "
        perform tell('token.rejected', null, jsonb_build_object('address', principal -> 'address'));
        return next json_build_object('error', 'not_signed_in');
        exit frame;
    end if;
";
    let mut text = format!("    if caller is null then{rejected}");
    if !options.for_service {
        text += &format!(
            "    needed := coalesce(principal ->> 'needs', '{scope}');
    if not needed = any (scopes) then
        perform tell('access.denied', caller, jsonb_build_object('scope', needed, 'address', principal -> 'address'));
        return next json_build_object('error', 'forbidden', 'scope', needed);
        exit frame;
    end if;
"
        );
    }
    if access == Access::Write {
        text += "    perform from users as person where person.id = caller for no key update;\n";
        if !options.for_service {
            text += "    if principal ? 'session' and not exists (select from sessions where token_hash = principal ->> 'session')
       or principal ? 'token' and not exists (select from tokens where token_hash = principal ->> 'token') then";
            text += rejected;
        }
    }
    text
}

const REPLAY: &str = "
    -- The same request came before: so does its answer.
    if again is not null then
        select answer.fingerprint, answer.rows, answer.created_at into fingerprint, lines, kept_at from answers as answer
         where answer.user_id = caller and answer.id = (again ->> 'id')::uuid;
        if not found then
            lines := '{}';
        elsif kept_at < now() - interval '24 hours' then
            delete from answers where user_id = caller and id = (again ->> 'id')::uuid;
            lines := '{}';
        elsif fingerprint <> again ->> 'fingerprint' then
            return next json_build_object('error', 'key_used');
            exit frame;
        else
            return query select unnest(lines);
            exit frame;
        end if;
    end if;
";

const KEEP: &str = "
    -- A fault of ours is no answer: the same request may work the next time.
    if again is not null and (code is null or code = 'TF000' or code like '23%') then
        insert into answers (user_id, id, fingerprint, rows)
        values (caller, (again ->> 'id')::uuid, again ->> 'fingerprint', lines);
    end if;
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_body_gets_another_name() {
        let one = frame("get", "-- frame: read\nselect 1").expect("framed");
        let two = frame("get", "-- frame: read\nselect 2").expect("framed");
        assert_ne!(one.name, two.name);
        assert!(one.name.starts_with("get_"), "{}", one.name);
    }

    #[test]
    fn only_a_write_locks_the_caller() {
        let locks = |first: &str| frame("x", first).expect("framed").create.contains("for no key update");
        assert!(locks("-- frame: write, for service"));
        assert!(locks("-- frame: write"));
        assert!(!locks("-- frame: read"));
        assert!(!locks("-- frame: open"));
    }

    #[test]
    fn a_body_that_does_not_say_its_frame_is_refused() {
        for first in ["select 1", "-- frame: update", "-- frame: read, sometimes", "-- frame: read for service"] {
            assert!(frame("x", first).is_err(), "{first}");
        }
    }
}

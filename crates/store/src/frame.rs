//! A body in its frame: how the `.sql` file of a use case becomes a function in the database.
//!
//! The first line of a body says what the frame does around it:
//! `-- frame: read`, `-- frame: write` (locks the caller's row first) or `-- frame: open` (there is
//! no caller yet). `for service` behind it gives it to the functions that only Dapr calls.

const FRAME: &str = include_str!("frame.sql");

/// What this file puts around a body counts as a part of it too.
const FRAMING: &str = include_str!("frame.rs");

/// A hash of all that a body does in its frame: a part of its name, so that two releases live side by side. Computed by
/// the compiler in functions, and by `cargo dev migrate`.
pub const fn hash(body: &str) -> u64 {
    fnv(body.as_bytes(), fnv(FRAMING.as_bytes(), checksum(FRAME)))
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
}

/// A body that is ready to be installed.
#[derive(Debug)]
pub struct Framed {
    /// Its name in the schema `bodies`.
    pub name: String,
    /// The one role that may call it.
    pub role: &'static str,
    /// The statement that creates it.
    pub create: String,
}

/// Puts a body into its frame. The error says what is wrong with the body's first line.
pub fn frame(stem: &str, body: &str) -> Result<Framed, String> {
    let first = body.lines().next().unwrap_or_default();
    let (access, role) = match first {
        "-- frame: read" => (Access::Read, "taskflow_user"),
        "-- frame: write" => (Access::Write, "taskflow_user"),
        "-- frame: open" => (Access::Open, "taskflow_user"),
        "-- frame: read for service" => (Access::Read, "taskflow_service"),
        "-- frame: write for service" => (Access::Write, "taskflow_service"),
        other => {
            return Err(format!(
                "the first line is `{other}`; it must be `-- frame: read`, `write` or `open`, with `for service` \
                 behind it where only Dapr calls it"
            ));
        }
    };
    let name = installed_name(stem, hash(body));
    let create = FRAME
        .replace("{name}", &name)
        .replace("    {find_caller}", &find_caller(access, role))
        .replace("{body}", body.trim_end());
    Ok(Framed { name, role, create })
}

/// Locks the caller's row before anything else is looked at: who waited for it sees what the one before has done, be it
/// that the session has ended.
fn find_caller(access: Access, role: &str) -> String {
    let (id, find) = match (access, role) {
        (Access::Open, _) => return "    caller := null;".to_owned(),
        // A service says for whom it works; nobody else can say so.
        (_, "taskflow_service") => (
            "(principal ->> 'user')::uuid",
            "select person.id into caller from users as person\n     \
             where principal ? 'service' and person.id = (principal ->> 'user')::uuid;",
        ),
        _ => (
            "(select session.user_id from sessions as session where session.token_hash = principal ->> 'session')",
            "select session.user_id, session.expires_at into caller, expires from sessions as session\n     \
             where session.token_hash = principal ->> 'session' and session.expires_at > now();",
        ),
    };
    let lock = match access {
        Access::Write => format!("perform from users as person where person.id = {id} for no key update;\n    "),
        Access::Read | Access::Open => String::new(),
    };
    format!(
        "    {lock}{find}\n    if caller is null then\n        \
         return next json_build_object('error', 'not_signed_in');\n        return;\n    end if;"
    )
}

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
        assert!(locks("-- frame: write"));
        assert!(!locks("-- frame: read"));
        assert!(!locks("-- frame: open"));
    }

    #[test]
    fn a_body_that_does_not_say_its_frame_is_refused() {
        assert!(frame("x", "select 1").is_err());
    }
}

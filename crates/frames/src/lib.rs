//! Frames: the SQL around a body, with which the `.sql` file of a use case becomes a function in the
//! database.
//!
//! The first line of a body names its frame, `-- frame:` and one of
//! - `read`: finds the caller, and reads;
//! - `write`: locks the caller's row too, keeps the answer for a replay or a repeat, and returns the newest
//!   `seq`;
//! - `open`: has no caller;
//! - `consumer`: takes events, each once. The body is a block of PL/pgSQL about the array `events` of
//!   `app.delivery`.
//!
//! Options follow, each after a comma: the role that may call it (`for service`, `for both`; users
//! otherwise), the limits that it counts against (`uncounted`, `sign-in`, `sign-up`, `password`; the usual ones
//! otherwise, but none for services), and the scope that a token needs (`own account`, which personal access
//! tokens never have, or `any scope`; `read` or `write` otherwise, as the frame).
//!
//! A body is one statement, or a block of PL/pgSQL. It returns rows of two columns, a kind and a JSON text.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

const READ: &str = include_str!("read.sql");
const WRITE: &str = include_str!("write.sql");
const OPEN: &str = include_str!("open.sql");
const CONSUMER: &str = include_str!("consumer.sql");
const BLOCK: &str = include_str!("block.sql");

/// Hashes all SQL that is installed for a body. The hash is part of its name, so that two releases run side
/// by side. The compiler computes it for components, and `migrate` at run time.
pub const fn hash(body: &str) -> u64 {
    let frame = match FrameKind::of(body) {
        Some(kind) => kind.sql(),
        None => "",
    };
    let block = if is_block(body) { BLOCK } else { "" };
    fnv(body.as_bytes(), fnv(block.as_bytes(), checksum(frame)))
}

/// Hashes a text (FNV-1a).
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

/// Returns the name under which a body is installed.
pub fn installed_name(stem: &str, hash: u64) -> String {
    format!("{stem}_{hash:016x}")
}

const MARKER: &str = "-- frame: ";

/// Kind of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrameKind {
    Read,
    Write,
    Open,
    Consumer,
}

impl FrameKind {
    /// Finds the frame that the first line names.
    const fn of(body: &str) -> Option<Self> {
        let bytes = body.as_bytes();
        if !starts_with(bytes, 0, MARKER.as_bytes()) {
            return None;
        }
        let at = MARKER.len();
        if starts_with(bytes, at, b"read") {
            Some(Self::Read)
        } else if starts_with(bytes, at, b"write") {
            Some(Self::Write)
        } else if starts_with(bytes, at, b"open") {
            Some(Self::Open)
        } else if starts_with(bytes, at, b"consumer") {
            Some(Self::Consumer)
        } else {
            None
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Open => "open",
            Self::Consumer => "consumer",
        }
    }

    const fn sql(self) -> &'static str {
        match self {
            Self::Read => READ,
            Self::Write => WRITE,
            Self::Open => OPEN,
            Self::Consumer => CONSUMER,
        }
    }
}

/// True if the body is a block of PL/pgSQL: if it begins, behind its comments, with `declare` or `begin`.
const fn is_block(body: &str) -> bool {
    let bytes = body.as_bytes();
    let mut at = 0;
    while starts_with(bytes, at, b"--") || starts_with(bytes, at, b"\n") {
        while at < bytes.len() && bytes[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    starts_with(bytes, at, b"declare\n") || starts_with(bytes, at, b"begin\n")
}

const fn starts_with(bytes: &[u8], at: usize, prefix: &[u8]) -> bool {
    let mut index = 0;
    while index < prefix.len() {
        if at + index >= bytes.len() || bytes[at + index] != prefix[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// Database roles that may call a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Service,
    Both,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Service => "service",
            Self::Both => "both",
        }
    }

    const fn grantees(self) -> &'static str {
        match self {
            Self::User => "taskflow_user",
            Self::Service => "taskflow_service",
            Self::Both => "taskflow_user, taskflow_service",
        }
    }
}

/// Limits that a request counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    None,
    Usual,
    SignIn,
    SignUp,
    Password,
}

impl Limit {
    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Usual => "usual",
            Self::SignIn => "sign-in",
            Self::SignUp => "sign-up",
            Self::Password => "password",
        }
    }
}

/// Reason why the first line of a body is rejected.
#[derive(Debug)]
pub struct InvalidFrame(String);

impl Display for InvalidFrame {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidFrame {}

/// First line of a body.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    kind: FrameKind,
    role: Role,
    limit: Limit,
    scope: &'static str,
}

impl Header {
    fn parse(first_line: &str) -> Result<Self, InvalidFrame> {
        let wrong = |what: &str| InvalidFrame(format!("the first line is `{first_line}`: {what}"));
        let mut words = first_line.strip_prefix(MARKER).unwrap_or_default().split(", ");
        let kind = FrameKind::of(first_line).filter(|kind| words.next() == Some(kind.name()));
        let Some(kind) = kind else {
            return Err(wrong(
                "it must be `-- frame: read`, `write`, `open` or `consumer`, with options behind it",
            ));
        };
        let (mut role, mut limit, mut scope) = (None, None, None);
        for word in words {
            let given_twice = match word {
                "for service" => role.replace(Role::Service).is_some(),
                "for both" => role.replace(Role::Both).is_some(),
                "uncounted" => limit.replace(Limit::None).is_some(),
                "sign-in" => limit.replace(Limit::SignIn).is_some(),
                "sign-up" => limit.replace(Limit::SignUp).is_some(),
                "password" => limit.replace(Limit::Password).is_some(),
                "own account" => scope.replace("account").is_some(),
                "any scope" => scope.replace("any").is_some(),
                _ => return Err(wrong(&format!("there is no option `{word}`"))),
            };
            if given_twice {
                return Err(wrong("an option contradicts another one"));
            }
        }
        let role = role.unwrap_or(Role::User);
        let fits = match (kind, limit) {
            (FrameKind::Consumer, _) => first_line == "-- frame: consumer",
            // Services are never counted.
            (_, Some(_)) if role == Role::Service => false,
            (FrameKind::Open, Some(Limit::Password)) => false,
            (FrameKind::Open, _) => scope.is_none(),
            // Nobody is known before they have signed in.
            (_, Some(Limit::SignIn)) => false,
            _ => scope.is_none() || role != Role::Service,
        };
        if !fits {
            return Err(wrong("an option does not go together with the frame"));
        }
        let limit = limit.unwrap_or(if role == Role::Service { Limit::None } else { Limit::Usual });
        let scope = scope.unwrap_or(if kind == FrameKind::Write { "write" } else { "read" });
        Ok(Self { kind, role, limit, scope })
    }
}

/// Body in its frame, ready to be installed.
#[derive(Debug)]
pub struct Framed {
    /// Name in the schema `statements`. A body that is a block has a second function, with `_body` behind
    /// this name.
    pub name: String,
    /// SQL that creates the functions and grants them to the roles that may call them.
    pub create: String,
}

/// Puts a body into its frame.
pub fn frame(stem: &str, body: &str) -> Result<Framed, InvalidFrame> {
    let header = Header::parse(body.lines().next().unwrap_or_default())?;
    let name = installed_name(stem, hash(body));
    // Consumers return no rows, so their frame has the block itself.
    let own_function = is_block(body) && header.kind != FrameKind::Consumer;
    let (block, body) = match own_function {
        true => (
            BLOCK.replace("{body}", body),
            format!("select * from statements.{name}_body(caller, principal, input)"),
        ),
        false => (String::new(), body.trim_end().to_owned()),
    };
    let create = (block + header.kind.sql())
        .replace("{name}", &name)
        .replace("{role}", header.role.name())
        .replace("{scope}", header.scope)
        .replace("{limit}", header.limit.name())
        .replace("{grantees}", header.role.grantees())
        .replace("{body}", &body);
    Ok(Framed { name, create })
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
        let locks = |first: &str| frame("x", first).expect("framed").create.contains("lock_caller(");
        assert!(locks("-- frame: write, for service"));
        assert!(locks("-- frame: write"));
        assert!(!locks("-- frame: read"));
        assert!(!locks("-- frame: open"));
    }

    #[test]
    fn a_body_without_a_frame_or_with_unknown_options_is_rejected() {
        for first in [
            "select 1",
            "-- frame: update",
            "-- frame: reads",
            "-- frame: read, sometimes",
            "-- frame: read for service",
            "-- frame: read, for both, for service",
            "-- frame: open, sign-in, uncounted",
            "-- frame: open, uncounted, for service",
            "-- frame: read, sign-up, for service",
            "-- frame: read, sign-in",
            "-- frame: open, password",
            "-- frame: open, own account",
            "-- frame: open, any scope",
            "-- frame: read, own account, any scope",
            "-- frame: write, own account, for service",
            "-- frame: consumer, for service",
        ] {
            assert!(frame("x", first).is_err(), "{first}");
        }
    }

    #[test]
    fn a_block_is_a_function_of_its_own_unless_it_takes_events() {
        let create = |body: &str| frame("x", body).expect("framed").create;
        assert!(
            create("-- frame: read\n-- Reads.\n\ndeclare\n    a int;\nbegin\nend;")
                .contains("_body(caller uuid")
        );
        assert!(create("-- frame: write\nbegin\n    return;\nend;").contains("_body(caller uuid"));
        assert!(!create("-- frame: read\nselect 'row', 'true'").contains("_body("));
        assert!(!create("-- frame: consumer\nbegin\nend;").contains("_body("));
    }
}

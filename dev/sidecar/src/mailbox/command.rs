//! SMTP commands that prepare a mail.

const MAX_RECIPIENTS: usize = 100;

/// Code and text of a reply.
pub type Reply = (u16, &'static str);

pub const OK: Reply = (250, "OK");
pub const OUT_OF_ORDER: Reply = (503, "bad sequence of commands");
const INVALID_ADDRESS: Reply = (501, "invalid address");

/// Sender and recipients of the next mail.
pub struct Envelope {
    max_size: usize,
    is_greeted: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl Envelope {
    pub fn new(max_size: usize) -> Self {
        Self { max_size, is_greeted: false, from: None, to: Vec::new() }
    }

    /// Applies a command.
    pub fn apply(&mut self, command: &str, argument: &str) -> Reply {
        match command {
            "HELO" if !argument.is_empty() => {
                self.greet();
                OK
            }
            "EHLO" | "HELO" => (501, "the name of the client is missing"),
            "NOOP" => OK,
            "RSET" => {
                self.clear();
                OK
            }
            "VRFY" => (252, "every address is accepted"),
            "MAIL" if !self.is_greeted || self.from.is_some() => OUT_OF_ORDER,
            "MAIL" => match parse_path(argument, "FROM:") {
                Some((_, parameters)) if self.is_too_large(parameters) => (552, "mail too large"),
                Some((from, _)) => {
                    self.from = Some(from.to_owned());
                    OK
                }
                None => INVALID_ADDRESS,
            },
            "RCPT" if self.from.is_none() => OUT_OF_ORDER,
            "RCPT" if self.to.len() >= MAX_RECIPIENTS => (452, "too many recipients"),
            "RCPT" => match parse_path(argument, "TO:") {
                Some((to, _)) if !to.is_empty() => {
                    self.to.push(to.to_owned());
                    OK
                }
                _ => INVALID_ADDRESS,
            },
            _ => (500, "unknown command"),
        }
    }

    pub fn greet(&mut self) {
        self.clear();
        self.is_greeted = true;
    }

    pub fn has_recipients(&self) -> bool {
        !self.to.is_empty()
    }

    /// Returns the envelope as mail headers, and clears it.
    pub fn take_headers(&mut self) -> String {
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        format!("Return-Path: <{from}>\r\nDelivered-To: {}\r\n", to.join(", "))
    }

    fn clear(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// True if the parameters of `MAIL` announce a mail above the limit.
    fn is_too_large(&self, parameters: &str) -> bool {
        let parameters = parameters.split_whitespace().filter_map(|parameter| parameter.split_once('='));
        let mut sizes = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("size"));
        sizes.any(|(_, size)| size.parse::<usize>().is_ok_and(|size| size > self.max_size))
    }
}

/// Splits `FROM:<ann@example.com> SIZE=100` into address and parameters.
fn parse_path<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (prefix, rest) = argument.split_at_checked(keyword.len())?;
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    // The address becomes part of a header, which a line break would end.
    let is_valid = !address.contains(|c: char| c.is_control() || c.is_whitespace() || c == '<');
    (prefix.eq_ignore_ascii_case(keyword) && is_valid).then_some((address, parameters))
}

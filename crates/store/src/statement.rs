//! Statements, as components know them: by name.

use frames::{hash, installed_name};

/// Body in its frame, known by its name in the database.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// Name of the `.sql` file.
    pub(crate) stem: &'static str,
    hash: u64,
}

impl Statement {
    /// Used by [`statement!`](crate::statement).
    pub const fn new(path: &'static str, body: &'static str) -> Self {
        let mut folders = path.len();
        while folders > 0 && path.as_bytes()[folders - 1] != b'/' {
            folders -= 1;
        }
        let (_, file) = path.split_at(folders);
        let (stem, ending) = file.split_at(file.len() - ".sql".len());
        assert!(matches!(ending.as_bytes(), b".sql"), "a statement is a .sql file");
        Self { stem, hash: hash(body) }
    }

    pub(crate) fn installed_name(self) -> String {
        installed_name(self.stem, self.hash)
    }
}

/// Statement in the `.sql` file beside the caller.
#[macro_export]
macro_rules! statement {
    ($file:literal) => {
        const { $crate::Statement::new($file, include_str!($file)) }
    };
}

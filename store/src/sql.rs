//! One statement, two engines: `sql!` runs the same text on whichever connection it is given.

use crate::db::Conn;

/// A connection's engine.
pub(crate) enum Engine<S, P> {
    Sqlite(S),
    Postgres(P),
}

impl Conn {
    pub(crate) fn on(&mut self) -> Engine<&mut sqlx::SqliteConnection, &mut sqlx::PgConnection> {
        match self {
            Self::Sqlite(c) => Engine::Sqlite(&mut *c),
            Self::SqliteTx(c) => Engine::Sqlite(&mut *c),
            Self::Postgres(c) => Engine::Postgres(&mut *c),
            Self::PostgresTx(c) => Engine::Postgres(&mut *c),
        }
    }
}

/// The highest `$n` in a statement. SQLite binds NULL for a forgotten value without a word, so
/// the macro compares this with the number of values while it compiles.
pub(crate) const fn highest_placeholder(sql: &str) -> usize {
    let bytes = sql.as_bytes();
    let (mut at, mut highest) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b'$' {
            let (mut digit, mut n) = (at + 1, 0);
            while digit < bytes.len() && bytes[digit].is_ascii_digit() {
                n = n * 10 + (bytes[digit] - b'0') as usize;
                digit += 1;
            }
            if n > highest {
                highest = n;
            }
            at = digit;
        } else {
            at += 1;
        }
    }
    highest
}

/// `sql!(conn, all Row, "SELECT ...", a, b)`: runs a statement with bound values. Verbs: `one`,
/// `optional`, `all` (rows as a `FromRow` type), `scalar`, `scalars` (one column), `execute`
/// (rows affected). Where the engines truly differ: `sqlite "..." postgres "..."`.
macro_rules! sql {
    (@count) => { 0 };
    (@count $head:expr $(, $tail:expr)*) => { 1 + sql!(@count $($tail),*) };
    (@run $on:expr, $how:ident, $ctor:ident <$($t:ty)?>, $lite:expr, $pg:expr, [$($b:expr),*]) => {{
        const _: () = assert!(
            $crate::sql::highest_placeholder($lite) == sql!(@count $($b),*)
                && $crate::sql::highest_placeholder($pg) == sql!(@count $($b),*),
            "placeholders and bound values differ"
        );
        match $on.on() {
            $crate::sql::Engine::Sqlite(c) => {
                sqlx::$ctor::<sqlx::Sqlite $(, $t)?>($lite)$(.bind($b))*.$how(c).await
            }
            $crate::sql::Engine::Postgres(c) => {
                sqlx::$ctor::<sqlx::Postgres $(, $t)?>($pg)$(.bind($b))*.$how(c).await
            }
        }
    }};
    ($on:expr, execute, sqlite $lite:literal postgres $pg:literal $(, $b:expr)* $(,)?) => {
        sql!(@execute $on, $lite, $pg, [$($b),*])
    };
    ($on:expr, execute, $sql:literal $(, $b:expr)* $(,)?) => {
        sql!(@execute $on, $sql, $sql, [$($b),*])
    };
    (@execute $on:expr, $lite:expr, $pg:expr, [$($b:expr),*]) => {{
        const _: () = assert!(
            $crate::sql::highest_placeholder($lite) == sql!(@count $($b),*)
                && $crate::sql::highest_placeholder($pg) == sql!(@count $($b),*),
            "placeholders and bound values differ"
        );
        match $on.on() {
            $crate::sql::Engine::Sqlite(c) => sqlx::query::<sqlx::Sqlite>($lite)
                $(.bind($b))*.execute(c).await.map(|done| done.rows_affected()),
            $crate::sql::Engine::Postgres(c) => sqlx::query::<sqlx::Postgres>($pg)
                $(.bind($b))*.execute(c).await.map(|done| done.rows_affected()),
        }
    }};
    ($on:expr, all $t:ty, sqlite $lite:literal postgres $pg:literal $(, $b:expr)* $(,)?) => {
        sql!(@run $on, fetch_all, query_as<$t>, $lite, $pg, [$($b),*])
    };
    ($on:expr, all $t:ty, sqlite ($lite:expr) postgres ($pg:expr) $(, $b:expr)* $(,)?) => {
        sql!(@run $on, fetch_all, query_as<$t>, $lite, $pg, [$($b),*])
    };
    ($on:expr, scalar_optional $t:ty, sqlite $lite:literal postgres $pg:literal $(, $b:expr)* $(,)?) => {
        sql!(@run $on, fetch_optional, query_scalar<$t>, $lite, $pg, [$($b),*])
    };
    ($on:expr, one $t:ty, $sql:literal $(, $b:expr)* $(,)?) => {
        sql!(@run $on, fetch_one, query_as<$t>, $sql, $sql, [$($b),*])
    };
    ($on:expr, optional $t:ty, $sql:literal $(, $b:expr)* $(,)?) => {
        sql!(@run $on, fetch_optional, query_as<$t>, $sql, $sql, [$($b),*])
    };
    ($on:expr, all $t:ty, $sql:expr $(, $b:expr)* $(,)?) => {
        sql!(@run $on, fetch_all, query_as<$t>, $sql, $sql, [$($b),*])
    };
    ($on:expr, scalar $t:ty, $sql:literal $(, $b:expr)* $(,)?) => {
        sql!(@run $on, fetch_one, query_scalar<$t>, $sql, $sql, [$($b),*])
    };
    ($on:expr, scalar_optional $t:ty, $sql:literal $(, $b:expr)* $(,)?) => {
        sql!(@run $on, fetch_optional, query_scalar<$t>, $sql, $sql, [$($b),*])
    };
    ($on:expr, scalars $t:ty, $sql:literal $(, $b:expr)* $(,)?) => {
        sql!(@run $on, fetch_all, query_scalar<$t>, $sql, $sql, [$($b),*])
    };
}

#[cfg(test)]
mod tests {
    use super::highest_placeholder;

    #[test]
    fn placeholders_are_counted_by_their_highest_number() {
        assert_eq!(highest_placeholder("SELECT 1"), 0);
        assert_eq!(highest_placeholder("a = $2 AND b = $1 AND c = $2"), 2);
        assert_eq!(highest_placeholder("$1$12"), 12);
    }
}

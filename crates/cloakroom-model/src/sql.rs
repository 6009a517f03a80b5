//! The fragments Diesel's enum lacks: `Fixed` and `Unless`, and functions that both databases have.
//!
//! A row is read by its key with `get_result` and not with `first`: that adds a LIMIT, whose parameter makes SQLite plan
//! the statement anew at every call, which takes longer than the statement.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl};

diesel::define_sql_function! {
    /// A text in lower case. SQLite knows the case of ASCII letters alone.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

diesel::define_sql_function! {
    /// The same of a text that may be absent.
    #[sql_name = "lower"]
    fn lower_or_null(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

diesel::define_sql_function! {
    /// How many characters a text has.
    fn length(text: diesel::sql_types::Text) -> diesel::sql_types::Integer;
}

/// A statement whose text is the same at every call, and is made and prepared once for each connection.
///
/// Diesel's enum of two databases makes the text anew at each call, and keeps no prepared UPDATE: that takes longer
/// than a statement by key. [`fixed`] makes these; `Place` is a type of its own for each place in the code.
pub(crate) struct Fixed<Place, Q>(Q, PhantomData<Place>);

impl<Place, Q> Fixed<Place, Q> {
    pub(crate) fn new(statement: Q) -> Self {
        Self(statement, PhantomData)
    }
}

/// Runs a statement whose text is the same at every call: `fixed!(conn, statement, get_result::<Row>)`.
///
/// It goes to the connection behind the enum. An UPDATE that is run by `execute` is prepared anew all the same, because Diesel asks a
/// reference to the statement whether it may be kept: let it return a column, and run it by `get_result`. A list of any length (`eq_any`) has another text
/// at another call on SQLite (on PostgreSQL it is one parameter), as a boxed statement has on both: these must not come here.
macro_rules! fixed {
    ($conn:expr, $statement:expr, $run:ident $(::<$row:ty>)?) => {{
        struct Place;
        let statement = $crate::sql::Fixed::<Place, _>::new($statement);
        match $conn {
            $crate::conn::Conn::Postgres(conn) => {
                diesel::RunQueryDsl::$run$(::<$row>)?(statement, conn)
            }
            $crate::conn::Conn::Sqlite(conn) => {
                diesel::RunQueryDsl::$run$(::<$row>)?(statement, conn)
            }
        }
    }};
}
pub(crate) use fixed;

impl<Place: 'static, Q> QueryId for Fixed<Place, Q> {
    type QueryId = Place;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Place, Q: diesel::query_builder::Query> diesel::query_builder::Query for Fixed<Place, Q> {
    type SqlType = Q::SqlType;
}

impl<Place, Q, B> QueryFragment<B> for Fixed<Place, Q>
where
    B: diesel::backend::Backend,
    Q: QueryFragment<B>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, B>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &B) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Place, Q, C> RunQueryDsl<C> for Fixed<Place, Q> {}

/// An INSERT that does nothing where a row with the same key stands: `Unless(insert, "(id)")`.
pub(crate) struct Unless<Q>(pub(crate) Q, pub(crate) &'static str);

impl<Q: QueryId> QueryId for Unless<Q> {
    type QueryId = ();
    // The text of the conflict target is not part of the type.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, B> QueryFragment<B> for Unless<Q>
where
    B: diesel::backend::Backend,
    Q: QueryFragment<B>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, B>) -> QueryResult<()> {
        self.0.walk_ast(pass.reborrow())?;
        pass.push_sql(" ON CONFLICT ");
        pass.push_sql(self.1);
        pass.push_sql(" DO NOTHING");
        Ok(())
    }
}

impl<Q, C> RunQueryDsl<C> for Unless<Q> {}

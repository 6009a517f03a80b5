//! The fragments Diesel's enum lacks: `Cached` and `Unless`, and the function `lower`.
//!
//! A row is read by its key with `get_result` and not with `first`: that adds a LIMIT, whose parameter makes SQLite plan
//! the statement anew at every call, which takes longer than the statement.

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

/// A statement whose prepared form is kept, although Diesel does not keep those of an UPDATE.
///
/// Only for statements whose text is the same at every call.
pub(crate) struct Cached<Q>(pub(crate) Q);

impl<Q: QueryId> QueryId for Cached<Q> {
    type QueryId = Cached<Q::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: diesel::query_builder::Query> diesel::query_builder::Query for Cached<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, B> QueryFragment<B> for Cached<Q>
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

impl<Q, C> RunQueryDsl<C> for Cached<Q> {}

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

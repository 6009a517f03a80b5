//! Which language a page is shown in.

use actix_web::http::header::QualityItem;
use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use unic_langid::LanguageIdentifier;

use super::{Locale, Locales};

/// What the request says about its reader's language, the strongest wish first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// The query parameter `kc_locale`: the reader chose a language on a page.
    pub kc_locale: Option<&'a str>,
    /// The cookie that remembers such a choice.
    pub cookie: Option<&'a str>,
    /// The attribute `locale` of the user, where the user is known.
    pub user: Option<&'a str>,
    /// `ui_locales`: the languages the client asks for (OpenID Connect Core 1.0, 3.1.2.1).
    pub ui_locales: Option<&'a str>,
    /// The header `Accept-Language`.
    pub accept_language: Option<&'a str>,
}

impl Locales {
    /// Picks the language of a page among those that the realm supports and the pages exist in.
    /// A realm without internationalization passes no supported languages and gets its default.
    #[must_use]
    pub fn negotiate<T: AsRef<str>>(
        &self,
        wanted: &Wanted<'_>,
        supported: &[T],
        default: Option<&str>,
    ) -> Locale {
        let available: Vec<LanguageIdentifier> = self
            .supported(supported)
            .map(|locale| locale.messages.id.clone())
            .collect();
        let wishes = [
            tags(wanted.kc_locale),
            tags(wanted.cookie),
            tags(wanted.user),
            tags(wanted.ui_locales),
            weighted_tags(wanted.accept_language),
        ];
        let best = wishes.iter().find_map(|wish| first_match(wish, &available));
        best.and_then(|id| self.list.iter().find(|locale| locale.messages.id == *id))
            .cloned()
            .unwrap_or_else(|| self.default_or_first(default))
    }

    /// Returns the languages a realm supports and the pages exist in, in our order.
    pub fn supported<T: AsRef<str>>(&self, supported: &[T]) -> impl Iterator<Item = &Locale> {
        let ids: Vec<LanguageIdentifier> = supported
            .iter()
            .filter_map(|tag| tag.as_ref().parse().ok())
            .collect();
        self.list.iter().filter(move |locale| {
            ids.iter()
                .any(|id| id.matches(&locale.messages.id, true, true))
        })
    }

    fn default_or_first(&self, default: Option<&str>) -> Locale {
        let all: Vec<LanguageIdentifier> = self
            .list
            .iter()
            .map(|locale| locale.messages.id.clone())
            .collect();
        let chosen = first_match(&tags(default), &all);
        let index = chosen
            .and_then(|id| all.iter().position(|one| one == id))
            .unwrap_or(0);
        match self.list.get(index) {
            Some(locale) => locale.clone(),
            // Only a build without any message file comes here; its pages show the keys.
            None => Locale::without_messages(),
        }
    }
}

fn first_match<'a>(
    wish: &[LanguageIdentifier],
    available: &'a [LanguageIdentifier],
) -> Option<&'a LanguageIdentifier> {
    negotiate_languages(wish, available, None, NegotiationStrategy::Filtering)
        .into_iter()
        .next()
}

/// Reads a space-separated list, as `ui_locales` is; a single tag is a list of one.
fn tags(list: Option<&str>) -> Vec<LanguageIdentifier> {
    list.unwrap_or_default()
        .split_ascii_whitespace()
        .filter_map(|tag| tag.parse().ok())
        .collect()
}

/// Reads `Accept-Language`, heaviest first (RFC 9110, 12.5.4); weight 0 means "not this one".
fn weighted_tags(header: Option<&str>) -> Vec<LanguageIdentifier> {
    let mut items: Vec<QualityItem<String>> = header
        .unwrap_or_default()
        .split(',')
        .filter_map(|item| item.trim().parse().ok())
        .filter(|item: &QualityItem<String>| item.quality > actix_web::http::header::Quality::ZERO)
        .collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.quality));
    items
        .iter()
        .filter_map(|item| item.item.parse().ok())
        .collect()
}

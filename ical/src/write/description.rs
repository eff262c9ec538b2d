//! The description as people read it on a phone: what editors wrote, what changed lately, how it
//! ended, and the addresses. As text and as HTML from the same pieces.

use super::Context;
use super::html;
use super::line::Line;
use super::news::{Of, lines};
use super::words::Words;
use domain::event::{Event, Occurrence};

/// What a description is made of.
#[derive(Debug, Clone, Copy)]
enum Piece<'p> {
    /// Plain text.
    Text(&'p str),
    /// A web address, all of it.
    Link(&'p str),
    /// The next line.
    Break,
}

/// The description of one component.
pub(super) struct Description<'a, 'c> {
    says: &'a Occurrence,
    context: &'c Context<'c>,
    /// The lines about changes, newest first.
    news: Vec<String>,
    /// The address of the event's page.
    page: &'c str,
}

impl<'a, 'c> Description<'a, 'c> {
    pub(super) fn new(
        event: &'a Event,
        says: &'a Occurrence,
        news: Of,
        page: &'c str,
        context: &'c Context<'c>,
    ) -> Self {
        Self {
            says,
            context,
            news: lines(&event.news, news, context).collect(),
            page,
        }
    }

    /// Writes it into a TEXT value.
    pub(super) fn as_text(&self, line: &mut Line<'_>) {
        self.pieces(|piece| match piece {
            Piece::Text(text) | Piece::Link(text) => line.piece(text),
            Piece::Break => line.line_break(),
        });
    }

    /// Writes it as HTML into a TEXT value.
    pub(super) fn as_html(&self, line: &mut Line<'_>) {
        self.pieces(|piece| match piece {
            Piece::Text(text) => html::text(line, text),
            Piece::Link(address) => html::link(line, address),
            Piece::Break => html::line_break(line),
        });
    }

    fn pieces(&self, mut put: impl FnMut(Piece<'_>)) {
        let (says, context) = (self.says, self.context);
        let words = Words::of(context.lang);
        let own = says.description.pick(context.lang, context.primary);
        if !own.is_empty() {
            put(Piece::Text(own));
            put(Piece::Break);
            put(Piece::Break);
        }
        for line in &self.news {
            put(Piece::Text(line));
            put(Piece::Break);
        }
        if context.shows_result(says) {
            put(Piece::Text(words.result));
            put(Piece::Text(says.result.pick(context.lang, context.primary)));
            put(Piece::Break);
        }
        for link in &says.links {
            put(Piece::Text(words.link(link.kind)));
            put(Piece::Link(link.address.as_str()));
            put(Piece::Break);
        }
        if let Some(own) = &says.url {
            put(Piece::Link(own.as_str()));
            put(Piece::Break);
        }
        put(Piece::Link(self.page));
    }
}

/// The address of an event's page.
pub(super) fn page(event: &Event, context: &Context<'_>) -> String {
    let base = context.base_url.trim_end_matches('/');
    [base, "/events/", event.public_id.as_str()].concat()
}

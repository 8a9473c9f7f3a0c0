//! Reads a document piece by piece, so that the tree of a large one is never in memory as a whole.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use granit_parser::{Event, Span};

use super::read::{MappingKey, TreeBuilder, is_cut};
use super::scalar::is_merge_key;
use super::{Entry, Places};
use crate::error::Problem;
use crate::source_map::FileId;

/// Reads the pieces of a document.
pub(crate) trait ReadPieces {
    /// Whether the entries of the mapping at this key of the top level are pieces of their own.
    fn divides(&mut self, key: &str) -> bool;

    /// Reads an entry of the top level that is not divided. Returns whether to continue.
    fn entry(&mut self, entry: Entry) -> bool;

    /// Reads an entry of the mapping that is divided at the moment. Returns whether to continue.
    fn piece(&mut self, entry: Entry) -> bool;
}

/// Reads one document piece by piece, and returns the problems that do not prevent reading it. `None` if it has to be read
/// with [`super::parse`]: it is not a mapping, one of the mappings that are divided has an anchor, a tag, a merge key or a
/// duplicate key or is empty, or the reader does not continue.
///
/// # Errors
/// Those of [`super::parse`].
pub(crate) fn parse_in_pieces(
    text: &str,
    file: FileId,
    places: Places,
    reader: &mut impl ReadPieces,
) -> Result<Option<Vec<Problem>>, Problem> {
    TreeBuilder::new(text, file, places).pieces(reader)
}

/// An entry of a mapping that is divided: its key, and the event with which its value begins.
struct Begun<'a> {
    key: MappingKey,
    event: Event<'a>,
    span: Span,
}

/// What comes next in a mapping that is divided.
enum NextPiece<'a> {
    Entry(Box<Begun<'a>>),
    End,
    /// What cannot be divided.
    Other,
}

impl<'a> TreeBuilder<'a> {
    fn pieces(mut self, reader: &mut impl ReadPieces) -> Result<Option<Vec<Problem>>, Problem> {
        let (event, span) = loop {
            match self.event()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                first => break first,
            }
        };
        let is_divided = self.divided(&event, &span, &mut |builder, begun| {
            if matches!(begun.event, Event::MappingStart(..)) && reader.divides(&begun.key.name) {
                let Begun { event, span, .. } = begun;
                builder.divided(&event, &span, &mut |builder, begun| {
                    let entry = builder.piece(begun)?;
                    Ok(entry.is_some_and(|entry| reader.piece(entry)))
                })
            } else {
                let entry = builder.piece(begun)?;
                Ok(entry.is_some_and(|entry| reader.entry(entry)))
            }
        })?;
        if !is_divided {
            return Ok(None);
        }
        self.end()?;
        self.problems().map(Some)
    }

    /// Reads the entries of a mapping one by one. Returns whether the mapping can be divided and `read` continued.
    fn divided(
        &mut self,
        start: &Event<'a>,
        span: &Span,
        read: &mut dyn FnMut(&mut Self, Begun<'a>) -> Result<bool, Problem>,
    ) -> Result<bool, Problem> {
        if !matches!(start, Event::MappingStart(_, 0, None)) {
            return Ok(false);
        }
        let place = self.place(span);
        self.enter(|_| true, None, false, place)?;
        let mut keys = KeyHashes::default();
        loop {
            match self.next(&mut keys)? {
                NextPiece::Entry(begun) => {
                    if !read(self, *begun)? {
                        return Ok(false);
                    }
                }
                NextPiece::End => break,
                NextPiece::Other => return Ok(false),
            }
        }
        self.leave(false);
        Ok(keys.are_distinct())
    }

    /// The next key of a mapping.
    fn next(&mut self, keys: &mut KeyHashes) -> Result<NextPiece<'a>, Problem> {
        let (event, span) = self.event()?;
        match &event {
            Event::MappingEnd => return Ok(NextPiece::End),
            Event::Scalar(key, style, 0, None) if !is_merge_key(key, *style, None) => {}
            _ => return Ok(NextPiece::Other),
        }
        let node = self.node(event, &span)?;
        let key = self.name(node);
        keys.add(&key.name);
        let (event, span) = self.event()?;
        Ok(NextPiece::Entry(Box::new(Begun { key, event, span })))
    }

    /// The entry that has begun. `None` if it can only be the end of a text that a comma cuts.
    fn piece(&mut self, begun: Begun<'a>) -> Result<Option<Entry>, Problem> {
        let value = self.node(begun.event, &begun.span)?;
        let entry = begun.key.entry(value);
        Ok((!is_cut(&entry.key, &entry.value)).then_some(entry))
    }
}

/// The hashes of the keys of a mapping: they show that all are distinct.
#[derive(Default)]
struct KeyHashes(Vec<u64>);

impl KeyHashes {
    fn add(&mut self, key: &str) {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        self.0.push(hasher.finish());
    }

    /// Whether there is a key, and none is the same as another.
    fn are_distinct(mut self) -> bool {
        self.0.sort_unstable();
        !self.0.is_empty() && self.0.is_sorted_by(|one, next| one < next)
    }
}

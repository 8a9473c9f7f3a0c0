//! A small XML writer for the formats that need one.

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::writer::Writer;

/// An element. Its texts must not contain control characters: XML does not allow most of them, not even escaped.
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

enum Content {
    Nothing,
    Text(String),
    Elements(Vec<Element>),
}

impl Element {
    /// An element without content.
    pub(super) fn new<const N: usize>(name: &'static str, attributes: [(&'static str, String); N]) -> Self {
        Self {
            name,
            attributes: attributes.into(),
            content: Content::Nothing,
        }
    }

    /// The same with a text in it.
    pub(super) fn text(self, text: &str) -> Self {
        Self {
            content: Content::Text(text.to_owned()),
            ..self
        }
    }

    /// The same with elements in it.
    pub(super) fn elements(self, elements: Vec<Element>) -> Self {
        Self {
            content: Content::Elements(elements),
            ..self
        }
    }

    /// The document with this element as its root, with a final line end.
    pub(super) fn document(&self) -> String {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        event(&mut writer, Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        self.write(&mut writer);
        let mut text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
        text.push('\n');
        text
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) {
        let mut start = BytesStart::new(self.name);
        for (name, value) in &self.attributes {
            start.push_attribute((*name, value.as_str()));
        }
        match &self.content {
            Content::Nothing => return event(writer, Event::Empty(start)),
            Content::Text(text) => {
                event(writer, Event::Start(start));
                event(writer, Event::Text(BytesText::new(text)));
            }
            Content::Elements(elements) => {
                event(writer, Event::Start(start));
                for element in elements {
                    element.write(writer);
                }
            }
        }
        event(writer, Event::End(BytesEnd::new(self.name)));
    }
}

/// Writing to memory cannot fail.
fn event(writer: &mut Writer<Vec<u8>>, event: Event<'_>) {
    let _ = writer.write_event(event);
}

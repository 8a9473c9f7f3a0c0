//! XML: what the formats written in it share.

use std::io;

use quick_xml::events::{BytesDecl, Event};
use quick_xml::writer::Writer;

/// A document in XML, with the end of its last line. All texts in it must be visible: most control characters cannot
/// stand in XML, in whatever form.
pub(super) fn document(write: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Nothing that is written to memory fails.
    let _ = writer
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| write(&mut writer));
    let mut text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    text.push('\n');
    text
}

//! Logical lines to components (RFC 5545 §3.6), without recursion and with a cap on depth (B5).
//! What is damaged inside one entry costs that entry; what is damaged outside costs the file.

use super::line::{LineFault, Name, Property, Shape, shape_of, split};
use super::notice::{Looks, Reason, Refusal, Warnings, shown};
use super::text::{Line, Source};
use domain::caps;

/// What a component is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Calendar,
    Event,
    Timezone,
    /// STANDARD and DAYLIGHT inside a VTIMEZONE.
    Observance,
    /// Another entry of a calendar, or a part of an entry, by its name.
    Other(String),
}

impl Kind {
    fn parse(name: &str) -> Self {
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        if is("VCALENDAR") {
            Self::Calendar
        } else if is("VEVENT") {
            Self::Event
        } else if is("VTIMEZONE") {
            Self::Timezone
        } else if is("STANDARD") || is("DAYLIGHT") {
            Self::Observance
        } else {
            Self::Other(shown(name).to_ascii_uppercase())
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Calendar => "VCALENDAR",
            Self::Event => "VEVENT",
            Self::Timezone => "VTIMEZONE",
            Self::Observance => "STANDARD or DAYLIGHT",
            Self::Other(name) => name,
        }
    }

    /// Entries begin anew wherever they stand, even when the one before was never closed.
    fn is_entry(&self) -> bool {
        match self {
            Self::Calendar | Self::Event | Self::Timezone => true,
            Self::Observance => false,
            Self::Other(name) => matches!(name.as_str(), "VTODO" | "VJOURNAL" | "VFREEBUSY"),
        }
    }

    fn keeps(&self, name: Name) -> bool {
        match self {
            Self::Event | Self::Calendar | Self::Timezone | Self::Observance => true,
            Self::Other(_) => matches!(name, Name::Uid | Name::Summary),
        }
    }
}

/// A component with the properties that are read.
#[derive(Debug)]
pub(crate) struct Component<'a> {
    pub kind: Kind,
    /// Line of its BEGIN, from 1.
    pub line: usize,
    pub properties: Vec<Property<'a>>,
    /// The observances of a time zone; nothing else is kept.
    pub children: Vec<Component<'a>>,
    /// Why it cannot be used.
    pub fault: Option<Reason>,
    /// Properties seen, kept or not.
    seen: usize,
}

impl<'a> Component<'a> {
    fn new(kind: Kind, line: usize) -> Self {
        Self {
            kind,
            line,
            // What an event of a schedule usually has.
            properties: Vec::with_capacity(12),
            children: Vec::new(),
            fault: None,
            seen: 0,
        }
    }

    /// The first property of a name.
    pub(crate) fn get(&self, name: Name) -> Option<&Property<'a>> {
        self.properties.iter().find(|p| p.name == name)
    }

    /// All properties of a name.
    pub(crate) fn all(&self, name: Name) -> impl Iterator<Item = &Property<'a>> {
        self.properties.iter().filter(move |p| p.name == name)
    }

    fn damage(&mut self, reason: Reason) {
        self.fault.get_or_insert(reason);
    }
}

/// One VCALENDAR.
#[derive(Debug)]
pub(crate) struct Calendar<'a> {
    pub properties: Vec<Property<'a>>,
    pub zones: Vec<Component<'a>>,
    /// Events and whatever else stands beside them.
    pub entries: Vec<Component<'a>>,
}

/// Reads all calendars of a source.
pub(crate) fn read<'a>(
    source: &'a Source<'_>,
    entries_cap: usize,
    warnings: &mut Warnings,
) -> Result<Vec<Calendar<'a>>, Refusal> {
    let mut reader = Reader {
        stack: Vec::new(),
        calendars: Vec::new(),
        current: None,
        entries: 0,
        entries_cap,
        begins: 0,
        last: Last::None,
        blanks: 0,
        trailing: false,
        warnings,
    };
    for line in source.lines() {
        reader.take(line)?;
    }
    reader.finish()
}

/// What a line of running text would continue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    None,
    /// The last property kept, a TEXT.
    Kept,
    /// The same, already continued and reported.
    Continued,
    /// A property that was passed over.
    Dropped,
}

struct Reader<'a, 'w> {
    /// Open components from the VCALENDAR inwards.
    stack: Vec<Component<'a>>,
    calendars: Vec<Calendar<'a>>,
    current: Option<Calendar<'a>>,
    entries: usize,
    entries_cap: usize,
    /// BEGIN lines since the last END.
    begins: usize,
    last: Last,
    /// Blank lines since the last line; part of a text if it goes on after them.
    blanks: usize,
    /// Something after the last calendar was already reported.
    trailing: bool,
    warnings: &'w mut Warnings,
}

impl<'a> Reader<'a, '_> {
    fn take(&mut self, line: Line<'a>) -> Result<(), Refusal> {
        if line.text.trim().is_empty() && !line.too_long {
            self.blanks += 1;
            return Ok(());
        }
        let blanks = std::mem::take(&mut self.blanks);
        let shape = shape_of(&line.text);
        if self.stack.is_empty() {
            return self.outside(&line, &shape);
        }
        match shape {
            Shape::Known(Name::Begin, at) => {
                self.last = Last::None;
                self.begin(Kind::parse(argument(&line.text, at)), line.number)
            }
            Shape::Known(Name::End, at) => {
                self.last = Last::None;
                self.end(&Kind::parse(argument(&line.text, at)), line.number);
                Ok(())
            }
            Shape::Known(name, at) => {
                self.property(name, at, line);
                Ok(())
            }
            Shape::Other => {
                self.last = Last::Dropped;
                self.count();
                Ok(())
            }
            Shape::Text => {
                self.running_text(&line, blanks);
                Ok(())
            }
        }
    }

    /// A line before, between or after the calendars.
    fn outside(&mut self, line: &Line<'a>, shape: &Shape) -> Result<(), Refusal> {
        let number = line.number;
        if let Shape::Known(Name::Begin, at) = shape {
            let kind = Kind::parse(argument(&line.text, *at));
            if kind == Kind::Calendar {
                return self.begin(kind, number);
            }
            return Err(Refusal::OutsideCalendar {
                line: number,
                name: kind.name().to_owned(),
            });
        }
        if self.calendars.is_empty() {
            let looks = match line.text.trim_start().as_bytes().first() {
                Some(b'<') => Looks::WebPage,
                Some(b'{' | b'[') => Looks::Json,
                _ => Looks::Unknown,
            };
            return Err(Refusal::NotCalendar {
                line: number,
                looks,
            });
        }
        if !std::mem::replace(&mut self.trailing, true) {
            self.warn(
                number,
                "trailing-text",
                "text after the end of the calendar is ignored",
            );
        }
        Ok(())
    }

    fn begin(&mut self, kind: Kind, line: usize) -> Result<(), Refusal> {
        self.begins += 1;
        if self.begins > caps::ICAL_DEPTH {
            return Err(Refusal::TooDeep { line });
        }
        if kind == Kind::Calendar {
            if let Some(open) = self.stack.first() {
                return Err(Refusal::CutOff {
                    line: open.line,
                    inside: open.kind.name().to_owned(),
                });
            }
            self.current = Some(Calendar {
                properties: Vec::new(),
                zones: Vec::new(),
                entries: Vec::new(),
            });
        } else if kind.is_entry() && self.stack.len() > 1 {
            self.stack[1].damage(Reason::Unbalanced { line });
            self.close_down_to(1);
        }
        if self.stack.len() == 1 && kind != Kind::Timezone {
            self.entries += 1;
            if self.entries > self.entries_cap {
                return Err(Refusal::TooManyEntries {
                    line,
                    limit: self.entries_cap,
                });
            }
        }
        if self.stack.len() >= caps::ICAL_DEPTH {
            return Err(Refusal::TooDeep { line });
        }
        self.stack.push(Component::new(kind, line));
        Ok(())
    }

    fn end(&mut self, kind: &Kind, line: usize) {
        self.begins = 0;
        match self.stack.iter().rposition(|open| open.kind == *kind) {
            Some(at) => {
                if at + 1 < self.stack.len() {
                    self.stack[1].damage(Reason::Unbalanced { line });
                }
                self.close_down_to(at);
            }
            None if self.stack.len() > 1 => self.stack[1].damage(Reason::Unbalanced { line }),
            None => {
                let text = format!("END:{} closes nothing", kind.name());
                self.warn(line, "stray-end", text);
            }
        }
    }

    /// Closes components until `depth` are left open.
    fn close_down_to(&mut self, depth: usize) {
        while self.stack.len() > depth {
            let Some(done) = self.stack.pop() else { return };
            self.attach(done);
        }
    }

    fn attach(&mut self, done: Component<'a>) {
        let Some(calendar) = self.current.as_mut() else {
            return;
        };
        match (self.stack.last_mut(), &done.kind) {
            (None, _) => {
                calendar.properties = done.properties;
                self.calendars.extend(self.current.take());
            }
            (Some(parent), Kind::Observance) if parent.kind == Kind::Timezone => {
                parent.children.push(done);
            }
            (Some(parent), Kind::Timezone) if parent.kind == Kind::Calendar => {
                calendar.zones.push(done);
            }
            (Some(parent), _) if parent.kind == Kind::Calendar => calendar.entries.push(done),
            // Alarms and other parts of an entry are not read (C4, B15).
            _ => {}
        }
    }

    fn property(&mut self, name: Name, at: usize, line: Line<'a>) {
        let number = line.number;
        self.last = Last::Dropped;
        let depth = self.stack.len();
        let Some(top) = self.stack.last_mut() else {
            return;
        };
        let is_part = depth > 2 && top.kind != Kind::Observance;
        if !self.count() || is_part {
            return;
        }
        let Some(top) = self.stack.last_mut() else {
            return;
        };
        if !top.kind.keeps(name) {
            return;
        }
        if line.too_long {
            let name = name.as_str();
            top.damage(Reason::LineTooLong { line: number, name });
            return;
        }
        match split(name, at, line.text, number) {
            Ok(property) => {
                top.properties.push(property);
                if name.is_text() {
                    self.last = Last::Kept;
                }
            }
            Err(LineFault::TooManyParameters) => {
                top.damage(Reason::TooManyParameters { line: number });
            }
            Err(LineFault::NoValue) => {
                let text = format!("{} has no value and is ignored", name.as_str());
                self.warn(number, "no-value", text);
            }
        }
    }

    /// Counts a property; false when the component has had too many.
    fn count(&mut self) -> bool {
        // Alarms count towards the entry they belong to.
        let at = self.stack.len().min(2).saturating_sub(1);
        let Some(top) = self.stack.get_mut(at) else {
            return false;
        };
        top.seen += 1;
        if top.seen <= caps::ICAL_PROPERTIES {
            return true;
        }
        top.damage(Reason::TooManyProperties);
        false
    }

    /// A raw line break inside a TEXT value: the line belongs to the property before it.
    fn running_text(&mut self, line: &Line<'a>, blanks: usize) {
        let number = line.number;
        if line.too_long {
            if let Some(entry) = self.stack.get_mut(1) {
                let name = "text";
                entry.damage(Reason::LineTooLong { line: number, name });
            }
            return;
        }
        if self.last == Last::Dropped {
            return;
        }
        let property = self
            .stack
            .last_mut()
            .and_then(|top| top.properties.last_mut());
        let Some(property) = property.filter(|_| self.last != Last::None) else {
            let text = format!("this is no property and is ignored: {}", shown(&line.text));
            return self.warn(number, "no-property", text);
        };
        let value = property.value.to_mut();
        if value.len() + line.text.len() + blanks > caps::ICAL_LINE_BYTES {
            let name = property.name.as_str();
            if let Some(entry) = self.stack.get_mut(1) {
                entry.damage(Reason::LineTooLong { line: number, name });
            }
            return;
        }
        value.extend(std::iter::repeat_n('\n', blanks + 1));
        value.push_str(&line.text);
        let name = property.name.as_str();
        if std::mem::replace(&mut self.last, Last::Continued) == Last::Kept {
            self.warn(
                number,
                "raw-line-break",
                format!("{name} holds raw line breaks"),
            );
        }
    }

    fn warn(&mut self, line: usize, code: &'static str, text: impl Into<String>) {
        self.warnings.push(line, code, text);
    }

    fn finish(self) -> Result<Vec<Calendar<'a>>, Refusal> {
        if let Some(open) = self.stack.last() {
            return Err(Refusal::CutOff {
                line: open.line,
                inside: open.kind.name().to_owned(),
            });
        }
        if self.calendars.is_empty() {
            return Err(Refusal::Empty);
        }
        Ok(self.calendars)
    }
}

/// The value of BEGIN and END.
fn argument(text: &str, at: usize) -> &str {
    text[at..].rsplit(':').next().unwrap_or_default().trim()
}

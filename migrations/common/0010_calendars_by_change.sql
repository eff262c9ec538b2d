-- Nodes look at what changed last, not at ten thousand calendars for one change.
CREATE INDEX calendar_modified ON calendar (modified_ms, id);

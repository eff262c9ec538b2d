-- What changed about an event lately, told inside its entry until news_until_ms: then a job takes the
-- oldest out, as a revision.
ALTER TABLE event ADD COLUMN news TEXT;
ALTER TABLE event ADD COLUMN news_until_ms BIGINT;
CREATE INDEX event_news ON event (news_until_ms) WHERE news_until_ms IS NOT NULL;

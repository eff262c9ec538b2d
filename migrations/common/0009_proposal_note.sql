-- What a proposer says about a proposal in their own words. For the desk, never public.
ALTER TABLE proposal ADD COLUMN note TEXT;

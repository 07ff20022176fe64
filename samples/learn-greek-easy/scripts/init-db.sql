-- Runs once, on an empty data folder. Words are found without their accents, and although they are misspelt.
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

"""What somebody plants in, changes in or drops from the schema of a log's database."""

# A thing that is planted, changed or dropped; and what the refusal names.
FOREIGN = {
    "CREATE TABLE foreign_table (x)": "table foreign_table",
    "CREATE TABLE foreign_table (n REFERENCES items ON DELETE CASCADE)": "table foreign_table",
    "CREATE TABLE counted (n INTEGER PRIMARY KEY AUTOINCREMENT)": "table counted",
    "CREATE VIRTUAL TABLE found USING fts5 (x)": "table found",
    "CREATE VIEW seen AS SELECT * FROM items": "view seen",
    'CREATE VIEW "a \'view"" of" AS SELECT 1': "view a 'view\" of",
    "CREATE INDEX more ON items (dest)": "index more",
    "CREATE INDEX part ON items (holder) WHERE n % 2": "index part",
    "CREATE INDEX made ON items (abs(n))": "index made",
    "CREATE TRIGGER hide AFTER INSERT ON items BEGIN DELETE FROM items; END": "trigger hide",
    "CREATE TRIGGER hide INSTEAD OF DELETE ON seen BEGIN SELECT 1; END": "trigger hide",
    "CREATE TEMP TABLE passing (x)": None,  # SQLite keeps none of it
    "ANALYZE": "table sqlite_stat1",
    "DROP INDEX items_holder": "index items_holder",
    "DROP TRIGGER entries_no_update": "trigger entries_no_update",
    "DROP TRIGGER entries_no_replace": "trigger entries_no_replace",
    "DROP TABLE lines": "index lines_n",
    "DROP TABLE quarantine": "index sqlite_autoindex_quarantine_1",
    "ALTER TABLE items ADD COLUMN more": "table items",
    "ALTER TABLE records ADD COLUMN more": "table records",
    "ALTER TABLE entries ADD COLUMN more AS (dev || kind)": "table entries",
    "ALTER TABLE prints DROP COLUMN dev": "table prints",
    "ALTER TABLE head RENAME COLUMN leaf TO leaves": "table head",
}
SETUP = {"seen BEGIN": "CREATE VIEW seen AS SELECT 1"}

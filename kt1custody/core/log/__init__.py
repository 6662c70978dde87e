"""Acts, entries and keys, and what the log signs about itself."""

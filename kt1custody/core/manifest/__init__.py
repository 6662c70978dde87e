"""Tables that offices send: rows, columns, old fonts, and words that must not stand there."""

"""What everything is written in: CBOR, numbers and their check digits, text, notes, trees."""

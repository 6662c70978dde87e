"""Other bodies that cosign checkpoints: asking them, and what they must show."""

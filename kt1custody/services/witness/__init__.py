"""Other bodies that cosign checkpoints: asking them, and being one."""

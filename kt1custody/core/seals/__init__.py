"""Seals: what their QR says, how they stand, and what a check of one finds."""

"""Items change hands: handovers, offers, deliveries, rulings, and who holds what."""

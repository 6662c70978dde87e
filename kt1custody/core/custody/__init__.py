"""Who holds what: the table of custody, the fold, rulings, offers, and how an act is judged."""

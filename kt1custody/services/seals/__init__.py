"""Labels are printed, bound, torn and voided."""

"""Staff: enrolled, moved, put on hold, revoked; alarms about them."""

"""The log's own keys: its founding, ceremonies, epochs, its clock."""

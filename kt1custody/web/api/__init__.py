"""What the pages ask for in JSON, and other programs too."""

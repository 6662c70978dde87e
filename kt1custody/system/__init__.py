"""What the operating system gives: files that others may have put there or may read, and calls.

**Rule:** nothing here knows of logs. What is read is bounded, and what is written is whole or not
there.
"""

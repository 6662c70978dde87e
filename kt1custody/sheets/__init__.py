"""Tables as people hand them in: untrusted bytes of a file in, rows of text out.

**Rule:** the only home of csv. Nothing is guessed and nothing is mended: rows come out with their
row number in the file, and what they mean is for `core`.
"""

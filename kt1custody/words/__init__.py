"""Answers in words, for every face: sentences for people and plain values for machines.

**Rule:** the language is an argument, and every word comes from its catalogue. Nothing here knows a
terminal, a page, a file or a setting. An error shows numbers and codes, never contents.
"""

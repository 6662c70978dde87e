"""The pages: what clerks and officers use in a browser, and the same for machines.

**Rule:** pages parse, call one service, and show. Nobody's signing key comes here: what is proposed
is signed in the browser. Words are those of the request's language.
"""

"""Every error a user can meet, in families named by who must act.

An error carries a stable `code` and the facts of the case in `detail`: numbers and codes, never
contents, names of addressees or the text of a seal. Sentences are in `locale/`, exit codes in the
faces. A programmer's mistake is a `ValueError` or `TypeError`, never one of these.
"""


class KtError(Exception):
    """Base of the families below; never raised itself.

    Args:
        code: Stable word, listed in `ERROR_CODES`.
        detail: Facts for the sentence: numbers, codes, positions.
    """

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.detail.items())
        return f"{self.code} ({facts})" if facts else self.code


class MalformedInputError(KtError):
    """What was supplied cannot be read; whoever supplied it must mend it."""


class RefusedError(KtError):
    """It can be read, but a rule forbids it; the clerk must do something else."""


class VerificationError(KtError):
    """Evidence does not hold; a supervisor must look."""


class UnavailableError(KtError):
    """A part of the machine does not answer; the operator must act."""


class NotAllowedError(KtError):
    """This person may not do this."""

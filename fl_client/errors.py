"""One error tree: every failure a user can cause ends in one line and an exit code of its stage."""

from __future__ import annotations


class GradbondError(Exception):
    """Root of all errors that this package raises on purpose; the message says what to do.

    Attributes:
        exit_code: of a command that ends with it.
        passing: whether the same step may succeed later with nothing changed here: a node that is gone, a
            store that is full. Whoever has a stake bound waits for that rather than ending.
    """

    exit_code = 1
    passing = False


# --- configuration and user input -------------------------------------------------------------------


class ConfigError(GradbondError, ValueError):
    """A setting, an argument or a file of the user's own is wrong."""

    exit_code = 3


# --- encoding ---------------------------------------------------------------------------------------


class EncodingError(GradbondError, ValueError):
    """A vector, a tree or its bytes are not what the encoding allows."""

    exit_code = 4


# --- privacy ----------------------------------------------------------------------------------------


class CryptoError(GradbondError, ValueError):
    """A key, a ciphertext, a share or a proof is not what it must be."""

    exit_code = 5


class SecretError(GradbondError):
    """A secret of our own cannot be read: another password, or a damaged file. It says nothing about anybody else."""

    exit_code = 5


class SecretUnwritable(SecretError):
    """The disk takes no secret, so nothing may be done that needs it kept."""

    passing = True


# --- storage ----------------------------------------------------------------------------------------


class StorageError(GradbondError, OSError):
    """Content could not be stored, found or trusted."""

    exit_code = 6
    passing = True


class ContentMissing(StorageError):
    """No store at hand has the bytes of this content id."""


class ContentAltered(StorageError):
    """Bytes were found, but they are not the ones that the content id names."""

    passing = False


class ContentUnpublished(StorageError):
    """Content is safe in the folder here, but no endpoint took it; ``republish`` tries again."""


# --- chain ------------------------------------------------------------------------------------------


class ChainError(GradbondError, RuntimeError):
    """The chain could not be reached, or refused what was sent."""

    exit_code = 7


class ChainUnavailable(ChainError):
    """The node is gone, slow, behind, or answers nonsense, or has not mined a transaction yet."""

    passing = True


class HistoryReplaced(ChainError):
    """Blocks that were read already are no longer part of the chain."""

    passing = True


class JournalUnwritable(ChainError):
    """The disk takes nothing more, so nothing may be sent: what is not kept could not be repeated."""

    passing = True


class ContractReverted(ChainError):
    """A contract refused a call with a custom error.

    Attributes:
        name: the custom error's name, e.g. ``TrainingTaskUnexpectedPhase``.
        args_: its decoded arguments, in order.
    """

    def __init__(self, name: str, args_: tuple[object, ...] = (), *, hint: str = "") -> None:
        self.name = name
        self.args_ = args_
        shown = ", ".join(str(value) for value in args_)
        super().__init__(f"the contract refused: {name}({shown})" + (f"; {hint}" if hint else ""))


class UnknownRule(ChainError):
    """A task combines by a rule, with an argument of one, or is sealed in a way, that this version does not know."""


# --- disputes ---------------------------------------------------------------------------------------


class DisputeError(GradbondError, RuntimeError):
    """Evidence could not be built or does not prove what it claims."""

    exit_code = 8


# --- learning ---------------------------------------------------------------------------------------


class LearningError(GradbondError, RuntimeError):
    """A task definition, its data or its model cannot be trained."""

    exit_code = 9


# --- audit ------------------------------------------------------------------------------------------


class AuditDiffers(GradbondError):
    """The public records do not agree with what the chain says."""

    exit_code = 1


class AuditUnchecked(GradbondError):
    """The history cannot be checked from the records that are at hand."""

    exit_code = 2

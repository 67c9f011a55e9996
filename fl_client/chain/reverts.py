"""From the bytes of a revert, however a node wraps them, to the custom error that a contract raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import collapse_if_tuple
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from web3.exceptions import ContractLogicError, Web3RPCError

from fl_client.chain.artifacts import ContractArtifact
from fl_client.errors import ContractReverted

HINTS: dict[str, str] = {
    "TrainingTaskUnexpectedPhase": "the task is in another phase: look at its phase and deadline",
    "TrainingTaskOtherTurn": "the call was made for another turn: make it anew for this one",
    "TrainingTaskOtherRound": "the call was made for another round: make it anew for this one",
    "TrainingTaskOtherSet": "a slash has changed the accepted updates: compute the model anew",
    "TrainingTaskUnauthorized": "only the factory or the court may call this",
    "TrainingTaskAlreadyActed": "this account has acted in this turn, or joined in it: wait for the next",
    "TrainingTaskUnsettled": "settle the commitment that was never revealed, then top the stake up",
    "TrainingTaskNotDrawn": "this trainer was not drawn for the turn: wait for the next",
    "TrainingTaskSeedPending": "the draw follows from a block that is not there yet: wait for one block",
    "TrainingTaskFull": "all places are taken: wait until somebody leaves",
    "TrainingTaskAlreadyJoined": "the account holds this role: go on with its rounds",
    "TrainingTaskCommitmentMismatch": "reveal exactly what was committed, from the same account and in the same turn",
    "TrainingTaskNoSamples": "an update must rest on at least one sample",
    "TrainingTaskNormTooLarge": "lower the learning rate or the epochs: the task bounds the length of updates",
    "TrainingTaskWrongEntries": "post every reveal of the round, in order, with its capped weight",
    "TrainingTaskNotYourSlot": "wait for this seat's slot",
    "TrainingTaskNotYourSeat": "the account does not hold this seat: join as a sealer",
    "TrainingTaskStillEngaged": "wait until the round, proposal or dispute that it takes part in is over",
    "TrainingTaskNotFrozen": "call freezeRound first: the trainers' rewards are owed",
    "TrainingTaskNotChallengeable": "another dispute is open: wait for its end",
    "StakeVaultStillBound": "leave first, and wait for the unbonding time",
    "StakeVaultNoStake": "nothing is locked for this role",
    "RewardPoolNothingToClaim": "nothing has been earned since the last claim",
    "TaskFactoryParameterOutOfBounds": "choose the parameter within the factory's bounds",
    "TaskFactoryWrongOwner": "create the task from the account that is named as its owner",
    "DisputeCourtNotOpened": "announce the evidence with openEvidence, at least one block before",
    "DisputeCourtNothingWrong": "the proposal is right in this coordinate: nothing to prove",
    "DisputeCourtDeadline": "the step's time is over (or, to resolve, not yet)",
    "EncryptedTaskUnexpectedPhase": "the task is in another phase, or its time is over: look at phase and deadline",
    "EncryptedTaskOtherTurn": "the call was made for another turn, key, set or sum: make it anew for this one",
    "EncryptedTaskUnauthorized": "the account has no place, or a slash suspended it: fill its stake up with topUp",
    "EncryptedTaskNoPlace": "all places are taken, or the account has one",
    "EncryptedTaskAlreadyDone": "the account did so already: go on with the next phase",
    "EncryptedTaskBadValue": "a weight, root or bitmap that the task does not take, or questions are used up",
    "EncryptedTaskNotDue": "wait for the deadline, or until everybody has acted",
    "EncryptedTaskQuestion": "one question at a time: wait until the open one is answered, or ask first",
    "EncryptedTaskNoSuchStatement": "the statement was struck, or replaced by another: look at it anew",
    "EncryptedTaskWrongAnswer": "show exactly the chunk that is asked for, of the statement that was posted",
    "EncryptedTaskStakeBound": "wait for the end and the unbonding time, or for the question's end",
    "EncryptedVerifierWrongKey": "send the key's canonical bytes, as the dealer posted them",
    "ERC20InsufficientAllowance": "approve the vault (or the pool) for the amount first",
    "ERC20InsufficientBalance": "the account has too few coins: get more, or lower the stake",
}
"""What to do about an error, by its name; shown after the error itself."""

_ERROR: Final = bytes.fromhex("08c379a0")  # Error(string)
_PANIC: Final = bytes.fromhex("4e487b71")  # Panic(uint256)

PANICS: Final[Mapping[int, str]] = {
    0x01: "an assertion failed",
    0x11: "an addition, subtraction or multiplication overflowed",
    0x12: "a division by zero",
    0x21: "a number that is no member of its enum",
    0x22: "a badly encoded storage array",
    0x31: "a pop from an empty array",
    0x32: "an index outside its array",
    0x41: "too much memory asked for",
    0x51: "a call of an unset function",
}
"""Solidity's panic codes. Source: docs.soliditylang.org, "Panic via assert and Error via require"."""


class EvmReverted(Exception):
    """The chain in this process reverted a call; carries the raw return data."""

    def __init__(self, data: bytes) -> None:
        super().__init__(f"execution reverted: 0x{data.hex()}")
        self.data = data


class RevertDecoder:
    """Knows the custom errors of a set of contracts by selector."""

    def __init__(self, artifacts: Iterable[ContractArtifact] = ()) -> None:
        self._errors: dict[bytes, tuple[str, tuple[str, ...]]] = {}
        for artifact in artifacts:
            self.learn(artifact)

    def learn(self, artifact: ContractArtifact) -> None:
        """Add the errors of one more contract."""
        for entry in artifact.abi:
            if entry.get("type") == "error":
                types = tuple(collapse_if_tuple(dict(argument)) for argument in entry["inputs"])
                selector = keccak(text=f"{entry['name']}({','.join(types)})")[:4]
                self._errors[selector] = (entry["name"], types)

    def decode(self, data: bytes) -> ContractReverted:
        """Name an error.

        Args:
            data: what the call returned: 4 bytes of selector and the ABI-encoded arguments, or nothing.

        Returns:
            The exception to raise; an unknown selector becomes its name, so that nothing is lost.
        """
        selector, rest = bytes(data[:4]), bytes(data[4:])
        try:
            if selector == _ERROR:
                return _reverted("Error", decode(["string"], rest))
            if selector == _PANIC:
                (code,) = decode(["uint256"], rest)
                return ContractReverted("Panic", (hex(code),), hint=PANICS.get(code, ""))
            if selector in self._errors:
                name, types = self._errors[selector]
                return _reverted(name, decode(types, rest), types)
        except (DecodingError, UnicodeDecodeError, OverflowError):
            return ContractReverted("0x" + selector.hex(), ("0x" + rest.hex(),), hint="undecodable arguments")
        if not data:
            return ContractReverted("revert without data", hint="no such contract or function, or out of gas")
        return ContractReverted("0x" + selector.hex(), ("0x" + rest.hex(),), hint="no known contract has it")


def revert_data(problem: BaseException) -> bytes | None:
    """Find the return data of a revert in what a node or web3 raised.

    Args:
        problem: any exception.

    Returns:
        The bytes (empty where the node says "reverted" and no more), or ``None`` for anything else.
    """
    if isinstance(problem, EvmReverted):
        return problem.data
    if isinstance(problem, ContractLogicError):
        return _hex_in(problem.data) or b""
    if isinstance(problem, Web3RPCError) and problem.rpc_response is not None:
        error = problem.rpc_response.get("error")
        if isinstance(error, Mapping):
            found = _hex_in(error.get("data"))
            if found is not None:
                return found
            if "revert" in str(error.get("message", "")).lower():
                return b""
    return None


def node_message(problem: BaseException) -> str:
    """What a node said, without the rest of its answer."""
    if isinstance(problem, Web3RPCError) and problem.rpc_response is not None:
        error = problem.rpc_response.get("error")
        if isinstance(error, Mapping) and error.get("message"):
            return str(error["message"])
    return str(problem)


def _hex_in(value: Any) -> bytes | None:
    """Return data as nodes wrap it: hex; "Reverted 0x.."; {data}; {result}; {0x hash: {return}}."""
    if isinstance(value, str):
        text = value.removeprefix("Reverted ").strip()
        if text.startswith("0x"):
            try:
                return bytes.fromhex(text[2:])
            except ValueError:
                return None
        return None
    if isinstance(value, Mapping):
        for key in ("data", "result", "return"):
            if key in value:
                found = _hex_in(value[key])
                if found is not None:
                    return found
        for inner in value.values():
            if isinstance(inner, Mapping):
                found = _hex_in(inner)
                if found is not None:
                    return found
    return None


def _reverted(name: str, arguments: tuple[Any, ...], types: tuple[str, ...] = ()) -> ContractReverted:
    """Arguments fit for a message: bytes as hex, addresses checksummed."""
    shown: list[object] = ["0x" + value.hex() if isinstance(value, bytes) else value for value in arguments]
    for index, kind in enumerate(types):
        if kind == "address":
            shown[index] = to_checksum_address(arguments[index])
    return ContractReverted(name, tuple(shown), hint=HINTS.get(name, ""))

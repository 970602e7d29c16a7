"""The two ways in which fetching fails: the road is blocked, or what came cannot be taken."""

from __future__ import annotations

from srdi.contracts.refusals import Refusal


class TransportError(Exception):
    """The delivery could not be fetched; nothing is known about its data.

    ``retryable``: whether trying again later can help (a server that is down: yes; a wrong token: no).
    ``message_zh`` holds no secret.
    """

    def __init__(self, message_zh: str, *, retryable: bool) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh
        self.retryable = retryable


class RefusedDelivery(Exception):
    """The delivery as a whole is refused and trying again gives the same; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal

    @property
    def message_zh(self) -> str:
        return self.refusal.message

"""The ways in which fetching fails: the road is blocked, or what came cannot be taken."""

from __future__ import annotations

from srdi.contracts.refusals import Refusal


class TransportError(Exception):
    """The delivery could not be fetched; nothing is known about its data. Trying again later can help.

    ``message_zh`` holds no secret.
    """

    def __init__(self, message_zh: str) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh


class HopelessTransportError(TransportError):
    """Trying again gives the same until a person mends something: a wrong token, a wrong address."""


class RefusedDelivery(Exception):
    """The delivery as a whole is refused and trying again gives the same; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal

    @property
    def message_zh(self) -> str:
        return self.refusal.message

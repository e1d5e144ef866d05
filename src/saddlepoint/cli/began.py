"""When the command that is carried out was given: a budget of time counts from there, imports included."""

from contextvars import ContextVar

BEGUN: ContextVar[float | None] = ContextVar("begun", default=None)
"""By the clock of time.monotonic; None outside a command."""

"""Polling with a deadline, for clients without a waiter."""

import time

WITHIN_SECONDS = 45


def until(ask, what):
    """Asks until the answer is a true value, and returns it."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {WITHIN_SECONDS} s in vain for {what}; last seen: {answer!r}")
        time.sleep(0.02)
    return answer

"""The checkout page's HTML: one file, no script, nothing loaded, every text escaped."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from urllib.parse import quote

from booking_adapters.simulated.payment import Payment
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import PaymentState

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ground: #f3f4f7; --ink: #16181d;
  --quiet: #5a6070; --line: #d5d9e2; --edge: #7b8394; --accent: #1f5fd0; --on-accent: #fff;
  --note: #eaf1ff; }
@media (prefers-color-scheme: dark) { :root { --paper: #1c1f26; --ground: #12141a; --ink: #eceef3;
  --quiet: #a4abbb; --line: #363b47; --edge: #7d8698; --accent: #7fb0ff; --on-accent: #0b1220;
  --note: #1d2a42; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 28rem; margin: 0 auto; padding: clamp(1.25rem, 6vw, 2rem);
  background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; }
h1 { margin: 0; font-size: 1rem; font-weight: 600; color: var(--quiet); }
.amount { margin: .25rem 0 1.25rem; font-size: 2.5rem; font-weight: 700; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: minmax(5rem, auto) 1fr; gap: .25rem 1rem;
  margin: 0 0 1.5rem; padding: 1rem 0 0; border-top: 1px solid var(--line); }
dt { color: var(--quiet); }
dd { margin: 0; text-align: right; }
.note { margin: 0 0 1.5rem; padding: .75rem 1rem; background: var(--note); border-radius: .5rem; }
button { display: block; width: 100%; margin: 0 0 .5rem; padding: .75rem 1rem; font: inherit;
  text-align: left; color: var(--ink); background: transparent; border: 1px solid var(--edge);
  border-radius: .5rem; cursor: pointer; }
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button span { display: block; font-size: .875rem; color: var(--quiet); }
.first { font-weight: 600; text-align: center; color: var(--on-accent);
  background: var(--accent); border-color: var(--accent); }
h2 { margin: 1.5rem 0 .75rem; font-size: .875rem; font-weight: 600; color: var(--quiet); }
footer { margin-top: 1.5rem; font-size: .875rem; color: var(--quiet); }
"""

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

OTHER_CHOICES = {
    "decline": ("Decline", "The bank says no; the hold stays for another attempt."),
    "pay-late": ("Pay too late", "The money comes half a minute after the hold has ended."),
    "pay-wrong-amount": ("Pay a wrong amount", "Half of it: kept, and flagged for a person."),
    "pay-twice": ("Pay, and be told of twice", "The same notice arrives two times."),
    "close": ("Close without paying", "Nobody is told; the hold runs out by itself."),
}

NOTICES = {
    "close": "You left without paying. The hold runs out by itself, unless you pay after all.",
    "pay-twice": "The provider tells of this payment twice.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What there is to show at `now`; `changes_at` is when something will happen by itself."""

    payment: Payment
    now: datetime
    changes_at: datetime | None
    may_decide: bool
    done: str | None


def rendered(view: View) -> str:
    """The whole page."""
    payment = view.payment
    what, amount = _state(view)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{what}: {_text(amount)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{what}</h1>
<p class="amount">{_text(amount)}</p>
{_notes(view)}
<dl>
<dt>Booking</dt><dd>{_text(payment.asked.booking_id)}</dd>
<dt>Attempt</dt><dd>{payment.asked.attempt}</dd>
{_hold(view)}
</dl>
{_form(payment) if view.may_decide else ""}
<footer>A simulated provider: no money moves. Reference {_text(payment.ref)}</footer>
</main>
</body>
</html>
"""


def _state(view: View) -> tuple[str, Money]:
    """What the page is about, which its title says first, and the amount."""
    payment = view.payment
    if payment.captured is not None:
        is_back = payment.state is PaymentState.REFUNDED
        return ("Given back" if is_back else "Paid"), payment.captured
    if payment.failure is not None:
        return "Not paid", payment.asked.amount
    if payment.state is PaymentState.CANCELLED:
        return "Cancelled", payment.asked.amount
    return ("Amount to pay" if view.may_decide else "On its way"), payment.asked.amount


def _form(payment: Payment) -> str:
    buttons = "\n".join(
        f'<button name="choice" value="{value}">{title}<span>{what}</span></button>'
        for value, (title, what) in OTHER_CHOICES.items()
    )
    # Without an action of its own the form would be sent to the address with the token in it.
    action = quote(payment.asked.payment_id, safe="")
    return f"""<form method="post" action="{action}">
<input type="hidden" name="token" value="{_text(payment.token)}">
<button class="first" name="choice" value="pay">Pay {_text(payment.asked.amount)}</button>
<section aria-labelledby="others">
<h2 id="others">Or see what happens when you</h2>
{buttons}
</section>
</form>"""


def _notes(view: View) -> str:
    notes = [*_what_became(view.payment), NOTICES.get(view.done or "")]
    if view.changes_at is not None:
        notes.append(f"The money is on its way. It arrives at {_clock(view.changes_at)}.")
    if view.may_decide and _is_over(view):
        notes.append(
            "The hold is over. Paid now, it is yours if still free; else you are refunded."
        )
    return "\n".join(
        f'<p class="note" role="status">{_text(note)}</p>' for note in notes if note is not None
    )


def _what_became(payment: Payment) -> list[str]:
    notes = []
    if payment.captured is not None:
        notes.append(f"Paid: {payment.captured}.")
        if payment.captured != payment.asked.amount:
            notes.append(f"Asked for was {payment.asked.amount}, so somebody will look at it.")
    if payment.failure is not None:
        notes.append(f"Nothing was paid: {payment.failure.replace('_', ' ')}.")
        notes.append("While the booking is held, another payment can be begun for it.")
    if payment.state is PaymentState.CANCELLED:
        notes.append("This payment was cancelled: it can no longer be paid.")
    notes += [f"Given back: {refund.amount}." for refund in payment.refunds]
    return notes


def _hold(view: View) -> str:
    """Until when, while that matters; nothing here runs, so what is left says as of when."""
    until = view.payment.asked.expires_at
    if until is None or not view.may_decide:
        return ""
    ends = (
        f'<dt>Held until</dt><dd><time datetime="{until.isoformat()}">{_clock(until)}</time></dd>'
    )
    if _is_over(view):
        return ends
    minutes, seconds = divmod(int((until - view.now).total_seconds()), 60)
    left = f"{minutes} min {seconds} s, as of {view.now:%H:%M:%S}"
    return f"{ends}\n<dt>Time left</dt><dd>{left}</dd>"


def _is_over(view: View) -> bool:
    until = view.payment.asked.expires_at
    return until is not None and until <= view.now


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _text(text: Money | str) -> str:
    return escape(str(text))

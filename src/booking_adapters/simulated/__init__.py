"""The simulated payment provider: what a real one does, and whatever goes wrong with it, on demand.

Standard library only. Time comes from a Clock, chance from a Randomness; nothing sleeps.

**Composing.** One provider per process; processes that name the same file share it::

    provider = SimulatedGateway(clock, randomness, public_url="http://127.0.0.1:8000",
                                path="payments.sqlite3")       # payment_gateway.py
    engine = BookingEngine(Ports(payments=provider, ...))
    webhook = SimulatedWebhook(clock, secrets=(secret,))       # payment_webhook.py
    checkout = Checkout(provider)                              # checkout.py

Without `path` the provider lives in memory; without `plan` every payment waits for a person at
its checkout page. `provider.close()` lets go of the file.

**Delivering.** Callbacks fall due with time. Whoever sweeps (and the checkout, below) calls::

    provider.deliver_due(engine.apply_callback)        # -> how many were delivered

It hands over what is due now, at most 100, and keeps what the engine refuses for another try.

**The webhook**, `POST /payments/webhooks/{webhook.name}`, takes the same callbacks signed, from a
provider in another process. The edge calls, for each request::

    for callback in webhook.callbacks(headers, body):  # lower-case names, raw bytes
        engine.apply_callback(callback, correlation_id)

and answers 204. Refusals are BookingErrors like all others: SignatureRefused (401), InvalidInput
(400), NotFound (404), Busy (503). A replay has no effect and is answered 204 too.
`webhook.signed(callback)` gives the headers and body of such a request, for tests and for senders.

**The checkout page**, for a person with a browser; pure functions, no script, nothing loaded::

    GET  /checkout/{payment_id}?token=...&done=...     `done` is optional
        page = checkout.page(payment_id, token, done)  -> str
        answer 200, with `checkout.HEADERS` (content type, strict CSP, no-store, ...)
    POST /checkout/{payment_id}                        application/x-www-form-urlencoded
        path = checkout.decide(payment_id, token, choice)  # the form's two fields
        provider.deliver_due(engine.apply_callback)
        answer 303 to `path`, where the page shows what became of it

What the engine cancelled can no longer be paid: the page says so, and its form changes nothing.
Money on its way (a script's `PROCESSING`) cannot be stopped.

A wrong token and an unknown payment are the same NotFound; an unknown choice is InvalidInput.
"""

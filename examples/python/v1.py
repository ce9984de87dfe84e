"""Takes a payment through the API v1: creates an order, and checks the webhook when it was paid.

    QRTILL_URL=https://pay.example.com QRTILL_KEY=sk_live_… \
        python3 v1.py create A1001 9.90 https://shop.example.com/webhook
    QRTILL_WEBHOOK_SECRET=whsec_… python3 v1.py serve 8000
"""
import base64
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from orders import mark_paid, price_of, remember_order

TOLERANCE_S = 300


def create(order_id: str, price: str, notify_url: str) -> str:
    remember_order(order_id, price)
    order = {
        "out_trade_no": order_id,
        "amount": price,
        "subject": f"Order {order_id}",
        "notify_url": notify_url,
    }
    headers = {
        "Authorization": "Bearer " + os.environ["QRTILL_KEY"],
        "Content-Type": "application/json",
        "Idempotency-Key": f"create-{order_id}",
    }
    request = Request(os.environ["QRTILL_URL"] + "/api/v1/orders", json.dumps(order).encode(), headers)
    try:
        with urlopen(request) as answer:
            return json.load(answer)["payment_url"]
    except HTTPError as refusal:
        raise SystemExit(json.load(refusal)["error"]["message"])


def is_genuine(headers, body: bytes) -> bool:
    """As Standard Webhooks says: over id, time and the body as it came; one of the signatures must fit."""
    seconds = headers.get("webhook-timestamp", "")
    if not seconds.isdecimal() or abs(time.time() - int(seconds)) > TOLERANCE_S:
        return False
    key = base64.b64decode(os.environ["QRTILL_WEBHOOK_SECRET"].removeprefix("whsec_"))
    signed = f"{headers.get('webhook-id', '')}.{seconds}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(one, expected) for one in given)


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(self.headers, body):
            return self.answer(400)
        event = json.loads(body)
        order = event["data"]
        if event["type"] in ("order.paid", "order.paid_late"):
            if order["amount"] == price_of(order["out_trade_no"]) and mark_paid(order["out_trade_no"]):
                print("paid", order["out_trade_no"], flush=True)  # here the goods are handed over, once
        return self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    command, *given = sys.argv[1:]
    if command == "serve":
        server = ThreadingHTTPServer(("", int(given[0])), Webhook)
        print("listening on", given[0], flush=True)
        server.serve_forever()
    else:
        print(create(*given))

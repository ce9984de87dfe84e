r"""Takes a payment through the API v1: creates an order, and checks the webhook when it was paid.

    QRTILL_URL=https://pay.example.com QRTILL_KEY=sk_test_… \
        python3 v1.py create A1001 9.90 https://shop.example.com/webhook
    QRTILL_WEBHOOK_SECRET=whsec_… python3 v1.py serve 8000

QRTILL_WEBHOOK_SECRET is the secret of the order's notify_url, not that of an endpoint, and of the key's mode, test or live:
in the console it is made under 开发者 → 商户 → Webhook → notify_url 的签名密钥 (Developers → Webhooks → Secret of notify_url).
"""
import base64
import hmac
import json
import os
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from orders import is_price_of, mark_paid, remember_order

TILL = os.environ.get("QRTILL_URL", "").rstrip("/")  # the console shows it with a slash at its end
SIGNING_KEY = base64.b64decode(os.environ.get("QRTILL_WEBHOOK_SECRET", "").removeprefix("whsec_"))
TOLERANCE_S = 300
BODY_LIMIT = 64 * 1024


def create(order_id: str, price: str, notify_url: str) -> str:
    remember_order(order_id, price)
    order = {
        "out_trade_no": order_id,
        "amount": price,
        "subject": f"Order {order_id}",
        "notify_url": notify_url,
    }
    # No Idempotency-Key: out_trade_no is the guard. The same order asked for again must open again after it
    # expired, and a key would give the first answer once more.
    headers = {
        "Authorization": "Bearer " + os.environ.get("QRTILL_KEY", ""),
        "Content-Type": "application/json",
    }
    request = Request(TILL + "/api/v1/orders", json.dumps(order).encode(), headers)
    try:
        with urlopen(request) as answer:
            return json.load(answer)["payment_url"]
    except HTTPError as refusal:
        raise SystemExit(json.load(refusal)["error"]["message"])


def is_genuine(headers, body: bytes) -> bool:
    """As Standard Webhooks says: over id, time and the body as it came; one of the signatures must fit."""
    seconds = headers.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,12}", seconds) or abs(time.time() - int(seconds)) > TOLERANCE_S:
        return False
    signed = f"{headers.get('webhook-id', '')}.{seconds}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(SIGNING_KEY, signed, "sha256"))
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(one, expected) for one in given)


class Webhook(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self) -> None:
        try:
            status = self.take()
        except Exception as error:  # the order could not be kept: the webhook comes again
            print(error, file=sys.stderr, flush=True)
            status = 500
        self.send_response(status)
        self.end_headers()

    def take(self) -> int:
        """The status of the answer. What is not 2xx comes again, and stands in the log of deliveries."""
        length = self.headers.get("content-length", "")
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > BODY_LIMIT:
            return 413
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body):
            print("wrong signature, or a time that is off", file=sys.stderr, flush=True)
            return 400
        event = json.loads(body)
        order = event["data"]
        if event["type"] not in ("order.paid", "order.paid_late"):
            return 204
        if not is_price_of(order["out_trade_no"], order["amount"]):
            return 409
        if mark_paid(order["out_trade_no"]):
            print("paid", order["out_trade_no"], flush=True)  # here the goods are handed over, once
        return 204

    def log_message(self, *_: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    command, *given = sys.argv[1:] or [""]
    if command == "serve" and len(given) == 1:
        if not SIGNING_KEY:
            raise SystemExit("QRTILL_WEBHOOK_SECRET is not set: without it anybody could sign")
        server = ThreadingHTTPServer(("", int(given[0])), Webhook)
        print("listening on", given[0], flush=True)
        server.serve_forever()
    elif command == "create" and len(given) == 3:
        try:
            print(create(*given))
        except (OSError, ValueError, LookupError) as error:
            raise SystemExit(f"The order was not created: {error}")
    else:
        raise SystemExit(__doc__)

r"""Takes a payment through the Api edition: creates an order, and checks the callback when it was paid.

    QRTILL_URL=https://pay.example.com QRTILL_PID=1001 QRTILL_KEY=… \
        python3 api_edition.py create A1001 9.90 https://shop.example.com/callback
    QRTILL_KEY=… python3 api_edition.py serve 8000
"""
import hmac
import json
import os
import sys
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

from orders import is_price_of, mark_paid, remember_order

TILL = os.environ.get("QRTILL_URL", "").rstrip("/")  # the console shows it with a slash at its end
KEY = os.environ.get("QRTILL_KEY", "")


def hexmd5(text: str) -> str:
    return md5(text.encode()).hexdigest()


def create(order_id: str, price: str, callback_url: str) -> str:
    remember_order(order_id, price)
    form = {
        "order_id": order_id,
        "order_price": price,
        "redirect_url": callback_url,
        "pay_format": "html",
        "pay_type": "alipay",
        "sign": hexmd5(hexmd5(order_id + price) + KEY),
    }
    url = f"{TILL}/m/{os.environ.get('QRTILL_PID')}/api/order"
    with urlopen(url, urlencode(form).encode()) as answer:
        order = json.load(answer)
    if order["code"] != 0:
        raise SystemExit(order["msg"])
    return TILL + order["data"]


def check_callback(query: dict) -> bool:
    """The signature covers the order's number alone, so the price must be the one that was asked for."""
    order_id = query.get("order_id", "")
    expected = hexmd5(hexmd5(order_id) + KEY)
    if not hmac.compare_digest(query.get("sign", "").encode(), expected.encode()):
        return False
    return is_price_of(order_id, query.get("order_price", ""))


class Callback(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self) -> None:
        try:
            status = self.take()
        except Exception as error:  # the order could not be kept: the callback comes again
            print(error, file=sys.stderr, flush=True)
            status = 500
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"success" if status == 200 else b"fail")

    def take(self) -> int:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if not check_callback(query):
            print("wrong signature, or not the order's price", file=sys.stderr, flush=True)
            return 400
        if mark_paid(query["order_id"]):
            print("paid", query["order_id"], flush=True)  # here the goods are handed over, once
        return 200

    def log_message(self, *_: object) -> None:
        """The signature stands in the address: nothing of it is logged."""


if __name__ == "__main__":
    command, *given = sys.argv[1:] or [""]
    if command == "serve" and len(given) == 1:
        if not KEY:
            raise SystemExit("QRTILL_KEY is not set: without it anybody could sign")
        server = ThreadingHTTPServer(("", int(given[0])), Callback)
        print("listening on", given[0], flush=True)
        server.serve_forever()
    elif command == "create" and len(given) == 3:
        try:
            print(create(*given))
        except (OSError, ValueError, LookupError) as error:
            raise SystemExit(f"The order was not created: {error}")
    else:
        raise SystemExit(__doc__)

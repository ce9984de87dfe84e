r"""Takes a payment through 易支付 V1: makes the link that the buyer opens, and checks the notice when it was paid.

    QRTILL_URL=https://pay.example.com QRTILL_PID=1001 QRTILL_KEY=… \
        python3 epay.py create A1001 9.90 https://shop.example.com/notify https://shop.example.com/orders
    QRTILL_KEY=… python3 epay.py serve 8000
"""
import hmac
import os
import sys
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from orders import is_price_of, mark_paid, remember_order

TILL = os.environ.get("QRTILL_URL", "").rstrip("/")  # the console shows it with a slash at its end
KEY = os.environ.get("QRTILL_KEY", "")


def sign(fields: dict) -> str:
    """Over all fields but the signature and what is empty, by name, decoded, with the key right behind."""
    unsigned = ("sign", "sign_type")
    terms = [f"{name}={value}" for name, value in sorted(fields.items()) if value and name not in unsigned]
    return md5(("&".join(terms) + KEY).encode()).hexdigest()


def create(order_id: str, price: str, notify_url: str, return_url: str) -> str:
    """Nothing that a buyer wrote belongs into these fields: the signature covers them without their bounds."""
    remember_order(order_id, price)
    fields = {
        "pid": os.environ.get("QRTILL_PID", ""),
        "type": "alipay",
        "out_trade_no": order_id,
        "notify_url": notify_url,
        "return_url": return_url,
        "name": f"Order {order_id}",
        "money": price,
    }
    return f"{TILL}/submit.php?{urlencode({**fields, 'sign': sign(fields), 'sign_type': 'MD5'})}"


class Notice(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self) -> None:
        try:
            status = self.take()
        except Exception as error:  # the order could not be kept: the notice comes again
            print(error, file=sys.stderr, flush=True)
            status = 500
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"success" if status == 200 else b"fail")

    def take(self) -> int:
        """The status of the answer. What is not 2xx comes again, and stands in the log of callbacks."""
        notice = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if not hmac.compare_digest(notice.get("sign", "").encode(), sign(notice).encode()):
            print("wrong signature", file=sys.stderr, flush=True)
            return 400
        order_id = notice.get("out_trade_no", "")
        is_paid = notice.get("trade_status") == "TRADE_SUCCESS"
        if not is_paid or not is_price_of(order_id, notice.get("money", "")):
            print("not paid, or not the order's price", file=sys.stderr, flush=True)
            return 400
        if mark_paid(order_id):
            print("paid", order_id, flush=True)  # here the goods are handed over, once
        return 200

    def log_message(self, *_: object) -> None:
        """The signature stands in the address: nothing of it is logged."""


if __name__ == "__main__":
    command, *given = sys.argv[1:] or [""]
    if command in ("serve", "create") and not KEY:
        raise SystemExit("QRTILL_KEY is not set: without it anybody could sign")
    if command == "serve" and len(given) == 1:
        server = ThreadingHTTPServer(("", int(given[0])), Notice)
        print("listening on", given[0], flush=True)
        server.serve_forever()
    elif command == "create" and len(given) == 4:
        try:
            print(create(*given))
        except (OSError, ValueError) as error:
            raise SystemExit(f"The order was not kept: {error}")
    else:
        raise SystemExit(__doc__)

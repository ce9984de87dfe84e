"""What a shop keeps of its orders: a folder with a file for each. In a shop of yours this is the database."""
import os
import re
from pathlib import Path
from typing import Optional

FOLDER = Path(os.environ.get("ORDERS", "orders"))


def remember_order(order_id: str, price: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    _path(order_id).write_text(price)


def is_price_of(order_id: str, amount: str) -> bool:
    """Compares whole cents, for 9.9 comes back as 9.90. False for an order that this shop does not know."""
    try:
        price = _cents(_path(order_id).read_text())
    except (OSError, ValueError):
        return False
    return price is not None and price == _cents(amount)


def mark_paid(order_id: str) -> bool:
    """True the first time only: the same callback may come again.

    Any other error goes up: then the answer must not be success. In a database the order becomes paid and the
    goods are set aside in one transaction.
    """
    try:
        _path(order_id).with_suffix(".paid").touch(exist_ok=False)
        return True
    except FileExistsError:
        return False


def _cents(amount: str) -> Optional[int]:
    """Without floating point, where 19.9 * 100 is 1989.9999999999998."""
    found = re.fullmatch(r"([0-9]{1,7})(?:\.([0-9]{1,2}))?", amount)
    return int(found[1] + (found[2] or "").ljust(2, "0")) if found else None


def _path(order_id: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", order_id):
        raise ValueError("no such order")
    return FOLDER / order_id

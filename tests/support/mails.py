"""Small mails for tests that look at what becomes of them, not at how they are read."""

from __future__ import annotations

SENDER, US = "maria.ruiz@betasoloin.example", "sales@ours.example"


def mail(number: int = 1, *, sender: str = SENDER, to: str = US, subject: str = "", **headers: str) -> bytes:
    """A believable mail; the same number is the same message."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"From: Maria Ruiz <{sender}>\r\n"
        f"To: {to}\r\n"
        f"Subject: {subject or f'Order {number}'}\r\n"
        f"Date: Tue, 10 Nov 2026 09:{number % 60:02d}:00 +0100\r\n"
        f"Message-ID: <order-{number}@betasoloin.example>\r\n"
        f"{more}"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "\r\n"
        f"Hello,\r\n\r\nplease send us {number} boxes of labels by Friday.\r\n\r\nBest regards\r\nMaria Ruiz\r\n"
    ).encode()

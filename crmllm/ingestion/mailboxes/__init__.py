"""The mailboxes that are polled: their settings pages, and taking in what is new."""

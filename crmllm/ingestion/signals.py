"""What others may want to know about interactions; receivers run inside the transaction of the change."""

from __future__ import annotations

from django.dispatch import Signal

#: An interaction goes through all stages again. Arguments: interaction.
replayed = Signal()

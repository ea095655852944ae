"""What notifications hold about people: nothing but who of ours was told."""

from crmllm.core.datamap import BASE, WORK, declare

declare("notifications.Notification", plain=f"{BASE} user kind sentence link read_at")
declare("notifications.Preference", plain=f"{BASE} user kind channel wanted")
declare("notifications.Delivery", plain=f"{BASE} {WORK} channel user kind sentence link state")

"""Rate limits of the API: by person, and by address for those without a token."""

from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class PerPerson(UserRateThrottle):
    scope = "person"


class PerAddress(AnonRateThrottle):
    scope = "address"

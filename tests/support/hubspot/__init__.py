"""A stateful stand-in for HubSpot: see `server.Server`."""

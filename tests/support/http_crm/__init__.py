"""A CRM of somebody else, for proofs: a small HTTP server with a memory on disk, and the connector that speaks to it.

The server never looks whether it has seen a create before, so a write that is sent twice shows. On request it commits
and then drops the connection, which is the worst that a CRM can do to a sender.
"""

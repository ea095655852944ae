"""Setting a connection up: connect, sign in, choose objects and fields, try without writing, remove."""

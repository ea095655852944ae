"""`make contract SPECS=DIR`: the vendors' own files look on while our connectors speak to our own servers.

The files are not ours and not in this repository. `vendors` says which file speaks for which CRM and where it is wrong,
`prism` puts an OpenAPI document in between, `postman` compares with collections of requests, `onlookers` brings them
into the tests of the connectors and tells what they saw.
"""

"""What a declaration is made of, one idea a file.

part      what all parts are: every key known, nothing changed later
calls     a request as a template, and how a list goes on
access    what an admin types, and how to sign in
streams   the lists of a CRM, their fields, and how it tells of its fields
limits    how much may be asked, and what a refusal means
events    what a CRM tells by itself, or to whoever listens
"""

"""The engine of all CRMs that are declared as data: a declaration in, a Connector out.

declared      what a declaration is made of, one idea a file
declaration   what a CRM is, as data, checked whole before the first request
template      {placeholders} in calls
auth          tokens: got, kept sealed, renewed ahead
transport     one request: guarded address, budget, errors told apart by the declaration's rules
budget        the CRM's limits, shared by all workers
mapping       canonical values <-> the CRM's fields
reader        lists, changes and deletions, page by page, with a position that outlives the process
connector     the doors of crmllm.connectors.base, on all of these
"""

"""The documented operations, one module each: the folder listing is the API.

The path of every operation is the same. It is built once by `app` with the ports it needs and called with a frozen
request. It takes its lock, lets the store make bytes safe, opens a unit of work for the row step alone, commits aloud,
then publishes or shelves, and returns a frozen result whose ``changes`` say what is different now. Before the commit
everything can be undone; after it everything is an idempotent rename that any workstation can finish.

    In:   stage → row → publish          Out:   park → row → shelve

A file is never live without its row. Operations raise only errors of `odimaging.model.errors`, may be called from any
thread, and never ask which kind of store or database lies below: they import `imaging` and `model`, nothing else.
"""

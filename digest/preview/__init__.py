"""Show the mails that would go out now, in a browser, also while the templates are edited.

`dry_run` builds them from the state, `samples` from invented papers; `site` makes the page, with `views` of
each message; `watcher` rebuilds it on changes and `server` serves it.
"""

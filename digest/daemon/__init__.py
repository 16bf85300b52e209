"""`digest daemon`: send each subscriber the digest at their hour.

"The daemon sent at the wrong hour" or "it sent nothing":
    planner.py        what is due now: fetch, send, retry, or wait for the source
    ../domain/schedule.py   when the slots of a subscriber's schedule begin (hour, time zone, days)

Everything else:
    loop.py           the tick once a minute; reloads the configuration, carries a plan out
    log_lines.py      what is logged of a run
    answers.py        reads the inbox every few minutes, between two ticks
    state.py          reads the state again when it has changed
    watched_files.py  has a file changed? why can it not be read?
    liveness.py       the heartbeat, and whether a daemon is alive (`digest status --alive`)
    systemd.py        notifications to systemd
"""

"""Report how runs go, to those whom the configuration names.

monitor.py      after each run: ping, metrics, alert; called by `digest run` and the daemon
healthcheck.py  pings a health check service (healthchecks.io and others like it)
prometheus.py   writes the metrics file
alerts.py       decides when the operator gets a mail: runs fail, all is well again, or papers were missed
"""

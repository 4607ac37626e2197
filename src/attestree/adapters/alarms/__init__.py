"""
Alarms: a log line, a program of the operator's, a file for Prometheus.

`book` decides which of what is reported is news; the others carry it out. None of them can stop what
reports: a failure is written to the log. Source: DESIGN section 6.
"""

from attestree.adapters.alarms.book import AlarmBook
from attestree.adapters.alarms.notice import Notice, Stage

__all__ = ["AlarmBook", "Notice", "Stage"]

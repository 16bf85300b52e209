"""Messages as they come back, each with what it is to do. Append a case to the module that fits."""

from tests.unit.mail.inbound.corpus.case import Case, Verdict
from tests.unit.mail.inbound.corpus.complaints import COMPLAINTS
from tests.unit.mail.inbound.corpus.innocent import INNOCENT
from tests.unit.mail.inbound.corpus.own_trouble import OWN_TROUBLE
from tests.unit.mail.inbound.corpus.people import PEOPLE
from tests.unit.mail.inbound.corpus.status_reports import STATUS_REPORTS
from tests.unit.mail.inbound.corpus.text_reports import TEXT_REPORTS

CORPUS: tuple[Case, ...] = (*STATUS_REPORTS, *TEXT_REPORTS, *OWN_TROUBLE, *INNOCENT, *COMPLAINTS, *PEOPLE)

__all__ = ["CORPUS", "Case", "Verdict"]

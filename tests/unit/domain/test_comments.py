"""Where a comment says that a paper was accepted, and what of it is only a count."""

import pytest

from digest.domain.comments import Badge, badge, without_counts
from tests.support.cost import require_cheap


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        ("Accepted at NeurIPS 2026", "NeurIPS 2026"),
        ("Accepted to NIPS 2017", "NeurIPS 2017"),
        ("accepted by Neurips'26", "NeurIPS 2026"),
        ("12 pages, 3 figures, accepted to ICML 2026", "ICML 2026"),
        ("ICLR 2026 (Oral)", "ICLR 2026"),
        ("CVPR 2026 Highlight, code at github.com/a/b", "CVPR 2026"),
        ("Accepted by ECCV2026. Project page: https://a.github.io/b", "ECCV 2026"),
        ("To appear in ACL 2026", "ACL 2026"),
        ("ACL 2026 Findings", "ACL 2026"),
        ("Findings of EMNLP 2026", "EMNLP 2026"),
        ("EACL 2026 main conference", "EACL 2026"),
        ("Camera-ready version, COLM 2026", "COLM 2026"),
        ("at ICML 2026", "ICML 2026"),
        ("In Proceedings of KDD '26", "KDD 2026"),
        ("Published as a conference paper at ICLR 2026", "ICLR 2026"),
        ("Will appear at AAAI-26 as AAAI 2026 poster", "AAAI 2026"),
        ("Accepted at the 43rd International Conference on Machine Learning, Seoul, 2026", "ICML 2026"),
        (
            "Accepted at the Conference on Neural Information Processing Systems (NeurIPS) 2026",
            "NeurIPS 2026",
        ),
        ("Accepted for publication in the Transactions of the ACL", "TACL"),
        ("Accepted to Transactions on Machine Learning Research (2026)", "TMLR 2026"),
        ("Accepted to IEEE Robotics and Automation Letters", "RA-L"),
        ("Accepted by IEEE Transactions on Signal Processing", "IEEE Transactions on Signal Processing"),
        ("Accepted for publication in ApJ", "ApJ"),
        ("accepted in MNRAS, 14 pages", "MNRAS"),
        ("Accepted by A&A", "A&A"),
        ("to appear in Physical Review Letters", "PRL"),
        ("Accepted at AAAI-26", "AAAI 2026"),
        ("ACCEPTED TO NEURIPS 2026", "NeurIPS 2026"),
        ("Published in the Journal of Human-Computer Studies", "Journal of Human-Computer Studies"),
        ("Accepted to Example 2026, co-located with ACL 2026", "ACL 2026 workshop"),
        ("Published in Phys. Rev. D", "Phys. Rev. D"),
        ("Accepted in Nature Physics", "Nature Physics"),
        ("Published in Nature Communications (2026)", "Nature Communications 2026"),
        ("In press, PNAS", "PNAS"),
        ("Forthcoming in Econometrica", "Econometrica"),
        ("Accepted by the Annals of Statistics", "Annals of Statistics"),
        ("accepted for publication in Journal of Fluid Mechanics", "Journal of Fluid Mechanics"),
        ("Accepted to Interspeech 2026 as a long paper", "Interspeech 2026"),
        ("Accepted to ICTAI 2026", "ICTAI 2026"),
        (
            "Accepted at the 2026 IEEE/RSJ International Conference on Intelligent Robots and Systems",
            "IROS 2026",
        ),
        ("Accepted to RO-MAN 2026", "RO-MAN 2026"),
        ("Accepted by ACM MM 2026", "ACM MM 2026"),
        ("Accepted at the Workshop on Nuts at NeurIPS 2026", "NeurIPS 2026 workshop"),
        ("Accepted to ICML 2026 Workshop on Nuts (poster). 9 pages", "ICML 2026 workshop"),
        ("Submitted to ICML 2026; accepted at NeurIPS 2026", "NeurIPS 2026"),
        ("Rejected from ICLR 2026. Accepted at COLM 2026", "COLM 2026"),
        ("Best paper award at CHI 2026", "CHI 2026"),
        ("Presented at the CogSci 2026", "CogSci 2026"),
        ("Accepted at UAI 2026 (earlier: arXiv)", "UAI 2026"),
        ("MICCAI 2026 accept. Submission version", "MICCAI 2026"),
    ],
)
def test_a_paper_has_a_badge_of_where_it_was_accepted(comment: str, text: str) -> None:
    found = badge(comment)
    assert found
    assert found.text == text


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "12 pages, 3 figures",
        "Submitted to NeurIPS 2026",
        "Under review at ICML 2026",
        "under peer review at Nature Physics",
        "In submission to CVPR 2026",
        "NeurIPS 2026 format",
        "Preprint in ICML style, to appear",
        "Uses the ICLR 2026 template; published by us",
        "Rejected from ICLR 2026",
        "Desk-rejected at ICLR 2026, presented here",
        "Not accepted at CVPR 2026",
        "Never published at ICML 2026",
        "Accepted to ICLR 2026 but withdrawn, withdrawn from ICLR 2026",
        "Submission to AAAI 2026, accepted for review",
        "To be submitted to Nature",
        "Resubmitted to MNRAS",
        "Planned for ECCV 2026, to appear",
        "Extended version of a paper published at AAAI 2025",
        "This is a longer version of our paper accepted at ICML 2025",
        "ICML 2026",
        "NeurIPS 2026 Workshop on Nuts",
        "Accepted",
        "Accepted for publication",
        "ECCV 2026 accepted provisionally",
        "Fourth place in the CVPR 2026 challenge, presented there",
        "Paper about NeurIPS 2026 reviewers",
        "arXiv 2026, published here",
        "To appear if accepted at NeurIPS 2026",
        "Hopefully accepted at NeurIPS 2026",
        "Accepted for consideration at CVPR 2026",
        "Conditionally accepted at CHI 2026",
        "In preparation for ICML 2026, presented in Berlin",
        "A shorter version was accepted at ICML 2026",
        "Previous version appeared at ICML 2026",
        "Builds on work presented at ICML 2026",
        "Analysis of papers accepted to NeurIPS 2025",
        "Scores of accepted ICLR 2026 papers",
        "Findings: ICML 2026 reviewers are random",
        "Published in Springer Nature",
        "Accepted poster, Semantic Web Conference",
    ],
)
def test_what_is_not_accepted_has_no_badge(comment: str) -> None:
    assert badge(comment) is None


def test_a_journal_reference_is_a_publication() -> None:
    assert badge("12 pages", "Phys. Rev. Lett. 130, 123456 (2026)") == Badge("PRL", 2026)
    assert badge("", "Proceedings of the Workshop on Nuts, ICML 2026") == Badge(
        "ICML", 2026, is_workshop=True
    )
    assert badge("", "submitted to PRL") is None
    assert badge("Accepted at ICML 2026", "PNAS 1 (2025)") == Badge("ICML", 2026)


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("12 pages", ""),
        ("12 pages, 3 figures", ""),
        ("12 pages, 3 figures, 2 tables.", ""),
        ("9 pages main text, 4 figures, 12 pages appendix", ""),
        ("27 pages; 29 figures", ""),
        ("10 pp., 2 figs.", ""),
        ("8 pages + references, two figures", ""),
        ("Accepted at ICML 2026. 31 pages, 6 figures", "Accepted at ICML 2026"),
        ("15 pages. Accepted at ICML 2026.", "Accepted at ICML 2026."),
        ("12 pages, code at https://example.org/a.b", "code at https://example.org/a.b"),
        ("3 figures of nuts, and a poem", "3 figures of nuts, and a poem"),
        ("In the main text", "In the main text"),
        ("preprint", "preprint"),
        (".", "."),
        ("", ""),
    ],
)
def test_counts_of_pages_and_figures_are_dropped(comment: str, left: str) -> None:
    assert without_counts(comment) == left


@pytest.mark.parametrize(
    "piece", ["accepted ", "Accepted at A. ", "IEEE Transactions on ", "12 pages, ", "Journal of A "]
)
def test_a_long_comment_is_cheap(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    require_cheap(lambda: (badge(text, text), without_counts(text)))

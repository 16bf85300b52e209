"""The pieces of running text that may be TeX, as regular expressions."""

import re

# A text without any of these has no TeX.
TEX = re.compile(r"[\\${}~`]|--|_\d")

# Where a PIECE may begin.
SIGN = re.compile(r"[\\{$_^`'\"~:/-]")

# The name of the group that matches is the method of readable._Converter that converts the piece.
PIECE = re.compile(
    r"""(?P<address>(?:(?<=[ps]:)|(?<=\.[a-z][a-z])|(?<=\.[a-z]{3}))/(?:[^\s\\{}$'"`]|\\[_%&\#~])*)
      | (?P<path>(?<=\b[A-Za-z]):\\\w+(?:\\[\w.\\-]+|\.\w+))  # on Windows
      | (?P<macro>\\[A-Za-z]+)
      | (?P<escape>\\.)
      | (?P<group>\{)
      | (?P<math>\$\$?)
      | (?P<script>(?:(?<=[\w)\]])_|\^)(?=\{|\\[A-Za-z]))
      | (?P<index>(?:(?<=\b(?:PM|CO|NO|SO|CH|NH))|(?<=\b[HNO]))_\d(?:\.\d)?(?![\w.]*[_a-z]))
      | (?P<opening>(?<!`)``(?!`)|(?<![\w`])`(?![\s`]))
      | (?P<closing>''|['"])
      | (?P<dash>(?<![-<!])-{2,3}(?![->]))
      | (?P<tie>~)""",
    re.VERBOSE,
)

CLOSING_DOLLAR = re.compile(r"(?:[^\\$]|\\.)*\$", re.DOTALL)

CLOSING_DOLLARS = re.compile(r"(?:[^\\$]|\\.)*\$\$", re.DOTALL)

LINK = re.compile(r"\s*\\(?:href|url)\s*\{")

BLANKS = re.compile(r"\s*")

GAP = re.compile(r"\s*(?=\{)")

OPTIONS = re.compile(r"(?:\[[^\[\]{}]*\])*(?=\{)")

NOTE = re.compile(r"\[([^\[\]{}]+)\]")

EMPTY_GROUP = re.compile(r"\{\}")

ESCAPED_IN_ADDRESS = re.compile(r"\\([_%&#~$])(?:\{\})?")

DOUBLE_QUOTED = re.compile(r"``(?:(?!``|'').){1,400}?(?P<end>''|\"(?!\w))", re.DOTALL)

SINGLE_QUOTED = re.compile(r"`[^`]{1,200}?(?P<end>')(?![\w'])")

ACCENTED_AFTER_SPACE = re.compile(r"\s+\\?([^\W\d_])(?=\})")

VERBATIM = re.compile(r"\\verb\*?([|!+])([^|!+\n]{1,200})\1")

"""What a mail says and shows.

`truncate` cuts titles, abstracts and names; `fit` decides how much detail a mail has room for.
`view` prepares the values of the templates, with `phrases` (subject, amounts, notes) and `reasons`.
`render` fills in the templates; `inline` moves their CSS into style attributes.
"""

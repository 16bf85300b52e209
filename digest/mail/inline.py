"""CSS into style attributes, since mail programs heed little else. The only module that knows premailer."""

import logging

from premailer import Premailer

from digest.errors import RenderError


def inline(html: str, css: str) -> str:
    """The page with the rules of `css` on its elements.

    What cannot stand in a style attribute (media queries) goes into a `<style>` in the head, where
    premailer makes it `!important`. Fetches nothing. Raises RenderError for a selector that cannot
    be understood; cssutils leaves out other faulty rules, as a browser would.
    """
    premailer = Premailer(
        html,
        css_text=css,
        allow_network=False,
        strip_important=False,
        disable_basic_attributes=["align", "bgcolor", "height", "valign", "width"],
        cssutils_logging_level=logging.CRITICAL,
    )
    try:
        return str(premailer.transform(pretty_print=False)) + "\n"
    except (SyntaxError, RuntimeError) as exc:  # what cssselect's errors are beneath
        raise RenderError(f"digest.css: {exc}") from exc

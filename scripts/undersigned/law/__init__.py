"""Watches the provisions that the vocabularies cite: asks legislation.gov.uk, and says what is news.

Everything that the service answers is data: it is parsed with no entities and no network, limited in size, and made
harmless wherever it is shown.
"""

from undersigned.law.client import AwayError, Legislation, RefusedError

__all__ = ["AwayError", "Legislation", "RefusedError"]

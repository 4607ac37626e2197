"""
What signs an issuer's credentials: the key that the settings name, opened and compared with the DID.

Decides nothing beyond the choice; nothing is opened unless it is asked for. Source: DESIGN section 3.
"""

from __future__ import annotations

from attestree.adapters.keys.ed25519 import Ed25519Signer, public_key_of, read_signing_key
from attestree.adapters.keys.password import AskPassword
from attestree.errors import SettingsError
from attestree.issuing.signing import DocumentSigner, TemplateSigner, choose_method
from attestree.settings import IssuerSettings, Settings


def wire_document_signer(
    settings: Settings, issuer: IssuerSettings, *, ask: AskPassword | None = None
) -> DocumentSigner:
    """
    Return what signs an issuer's credentials, with its key opened.

    Raises:
        SettingsError: `config.no_signing_key`, or a code of `choose_method`; nothing was sealed.
        KeyFileError: The key does not open.
    """
    if issuer.signing_key is None:
        raise SettingsError("config.no_signing_key", issuer=issuer.name)
    key = read_signing_key(settings.path(issuer.signing_key), ask=ask)
    method = choose_method(issuer.did, public_key_of(key), method=issuer.signing_method)
    return TemplateSigner(method, Ed25519Signer.of(key))

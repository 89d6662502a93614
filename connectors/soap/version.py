"""The two SOAP versions and where they differ on the wire.

Standard: SOAP 1.1 (W3C Note, 2000), SOAP 1.2 Part 1 and 2 (W3C, 2007).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """One SOAP version."""

    name: str
    namespace: str
    media_type: str
    receiver: str
    """The header attribute that says whom a header is for."""
    ours: frozenset[str | None]
    """Values of *receiver* that mean the node that answers; None when the attribute is absent."""
    port: str
    """Its port in the WSDL."""

    @property
    def envelope(self) -> str:
        """The root element's name."""
        return f"{{{self.namespace}}}Envelope"

    @property
    def body(self) -> str:
        """The Body element's name."""
        return f"{{{self.namespace}}}Body"


SOAP11 = Version(
    name="1.1",
    namespace="http://schemas.xmlsoap.org/soap/envelope/",
    media_type="text/xml",
    receiver="actor",
    ours=frozenset({None, "", "http://schemas.xmlsoap.org/soap/actor/next"}),
    port="AxisSoap11Port",
)
SOAP12 = Version(
    name="1.2",
    namespace="http://www.w3.org/2003/05/soap-envelope",
    media_type="application/soap+xml",
    receiver="role",
    ours=frozenset(
        {
            None,
            "",
            "http://www.w3.org/2003/05/soap-envelope/role/next",
            "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
        }
    ),
    port="AxisSoap12Port",
)
VERSIONS = (SOAP11, SOAP12)
BY_ENVELOPE = {version.envelope: version for version in VERSIONS}


def of_content_type(content_type: str) -> Version:
    """Return the version that *content_type* speaks of: in it a fault is written before parsing."""
    return SOAP12 if SOAP12.media_type in content_type.lower() else SOAP11

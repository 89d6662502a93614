"""The contract as zeep models it, and the XSD in front of it: values to envelopes and back.

zeep gives the types, not the checks (it reads no facets: soap.md §1), so every
body meets the schema first. Binary elements are empty here; their content
travels beside the model.
"""

import io
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any

import zeep
from lxml import etree

from connectors.soap.fault import SoapFault
from connectors.soap.version import VERSIONS, Version
from schemas.axis.contract import NAMESPACE, OPERATIONS, body_schema, published_wsdl

SERVICE = "AxisService"
_SETTINGS = zeep.Settings(
    strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False
)


class Model:
    """zeep's document of the contract; build once per process (tens of ms), share freely."""

    def __init__(self) -> None:
        wsdl = io.BytesIO(published_wsdl("http://127.0.0.1/soap"))
        transport: Any = zeep.Transport  # only asked for what lies outside: nothing here does
        self.document = zeep.wsdl.Document(wsdl, transport(), settings=_SETTINGS)
        self._schema = body_schema()
        self._validating = Lock()  # the schema's error log is one for all threads
        ports = self.document.services[SERVICE].ports
        self._operations: dict[tuple[str, str], Any] = {
            (version.name, name): ports[version.port].binding.get(name)
            for version in VERSIONS
            for name in OPERATIONS
        }
        self._names = {f"{{{NAMESPACE}}}{name}": name for name in OPERATIONS}

    def request(
        self, version: Version, operation: str, values: Mapping[str, Any]
    ) -> etree._Element:
        """Return the envelope that asks for *operation*."""
        return self._made(self._operations[version.name, operation].input, values)

    def response(
        self, version: Version, operation: str, values: Mapping[str, Any]
    ) -> etree._Element:
        """Return the envelope that answers *operation*."""
        return self._made(self._operations[version.name, operation].output, values)

    def operation_of(self, body: etree._Element) -> str:
        """Return the operation that a request's *body* asks for.

        Raises:
            SoapFault: no such operation.
        """
        name = self._names.get(str(body.tag))
        if name is None:
            raise SoapFault.invalid(f"unknown operation {body.tag}")
        return name

    def request_values(self, version: Version, operation: str, body: etree._Element) -> Any:
        """Return what a request's *body* says, by element names.

        Raises:
            SoapFault: the body does not meet the schema.
        """
        return self._read(self._operations[version.name, operation].input, body)

    def response_values(self, version: Version, operation: str, body: etree._Element) -> Any:
        """Return what an answer's *body* says, by element names.

        Raises:
            SoapFault: the body does not meet the schema, or answers something else.
        """
        return self._read(self._operations[version.name, operation].output, body)

    def _made(self, message: Any, values: Mapping[str, Any]) -> etree._Element:
        envelope: etree._Element = message.serialize(**values).content
        return envelope

    def _read(self, message: Any, body: etree._Element) -> Any:
        if body.tag != message.body.qname.text:
            raise SoapFault.invalid(f"{body.tag} where {message.body.qname.text} belongs")
        with self._validating:
            if not self._schema.validate(body):
                log: Any = self._schema.error_log  # the stubs forget what it holds
                raise SoapFault.invalid(f"schema: {log.last_error.message}")
        return message.body.parse(body, self.document.types)


@cache
def shared_model() -> Model:
    """Return this process's model."""
    return Model()

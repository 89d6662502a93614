"""The contract as zeep models it, and the XSD in front of it: values to envelopes and back.

zeep gives the types, not the checks (it reads no facets: soap.md §1), so every
body meets the schema first. Binary elements are empty here; their content
travels beside the model.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import zeep
from lxml import etree

from connectors.soap.fault import SoapFault
from connectors.soap.shape import Shape, Values
from connectors.soap.version import VERSIONS, Version
from schemas.axis.contract import NAMESPACE, OPERATIONS, body_schema, published_wsdl

SERVICE = "AxisService"
_PREFIX = {"ns0": NAMESPACE}
_SETTINGS = zeep.Settings(
    strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False
)


@dataclass(frozen=True, slots=True)
class _Body:
    """What one message has in its Body: an element of a shape."""

    tag: str
    shape: Shape


class Model:
    """zeep's document of the contract; build once per process (tens of ms), share freely."""

    def __init__(self) -> None:
        wsdl = io.BytesIO(published_wsdl("http://127.0.0.1/soap"))
        transport: Any = zeep.Transport  # only asked for what lies outside: nothing here does
        self.document = zeep.wsdl.Document(wsdl, transport(), settings=_SETTINGS)
        self._schema = body_schema()
        self._validating = Lock()  # the schema's error log is one for all threads
        binding = self.document.services[SERVICE].ports[VERSIONS[0].port].binding
        operations = {name: binding.get(name) for name in OPERATIONS}
        self._requests = {name: _body(each.input) for name, each in operations.items()}
        self._responses = {name: _body(each.output) for name, each in operations.items()}
        self._names = {f"{{{NAMESPACE}}}{name}": name for name in OPERATIONS}

    def request(
        self, version: Version, operation: str, values: Mapping[str, Any]
    ) -> etree._Element:
        """Return the envelope that asks for *operation*."""
        return _made(version, self._requests[operation], values)

    def response(
        self, version: Version, operation: str, values: Mapping[str, Any]
    ) -> etree._Element:
        """Return the envelope that answers *operation*."""
        return _made(version, self._responses[operation], values)

    def operation_of(self, body: etree._Element) -> str:
        """Return the operation that a request's *body* asks for.

        Raises:
            SoapFault: no such operation.
        """
        name = self._names.get(str(body.tag))
        if name is None:
            raise SoapFault.invalid(f"unknown operation {body.tag}")
        return name

    def request_values(self, operation: str, body: etree._Element) -> Values:
        """Return what a request's *body* says, by element names.

        Raises:
            SoapFault: the body does not meet the schema.
        """
        return self._read(self._requests[operation], body)

    def response_values(self, operation: str, body: etree._Element) -> Values:
        """Return what an answer's *body* says, by element names.

        Raises:
            SoapFault: the body does not meet the schema, or answers something else.
        """
        return self._read(self._responses[operation], body)

    def _read(self, expected: _Body, body: etree._Element) -> Values:
        if body.tag != expected.tag:
            raise SoapFault.invalid(f"{body.tag} where {expected.tag} belongs")
        with self._validating:
            if not self._schema.validate(body):
                log: Any = self._schema.error_log  # the stubs forget what it holds
                raise SoapFault.invalid(f"schema: {log.last_error.message}")
        return expected.shape.read(body)


def _body(message: Any) -> _Body:
    return _Body(message.body.qname.text, Shape(message.body.type))


def _made(version: Version, expected: _Body, values: Mapping[str, Any]) -> etree._Element:
    envelope = etree.Element(version.envelope, nsmap={"soap-env": version.namespace})
    holder = etree.SubElement(envelope, version.body)
    expected.shape.fill(etree.SubElement(holder, expected.tag, nsmap=_PREFIX), values)
    return envelope


@cache
def shared_model() -> Model:
    """Return this process's model."""
    return Model()

"""edXML in and out: writes the national SDK's pattern, reads every known dialect."""

from connectors.edxml.deviation import Warning_
from connectors.edxml.incoming import ReadLimits, Received, ReceivedFile
from connectors.edxml.outgoing import OutgoingFile
from connectors.edxml.partners import Styles, named_style, open_styles
from connectors.edxml.preflight import Fault, Rules, checked
from connectors.edxml.reader import read
from connectors.edxml.style import DOTNET_SDK, JAVA_SDK, STYLES, WriterStyle, load_styles
from connectors.edxml.summary import summarise
from connectors.edxml.writer import field_errors, write_edoc, write_edoc_to, write_status

__all__ = [
    "DOTNET_SDK",
    "JAVA_SDK",
    "STYLES",
    "Fault",
    "OutgoingFile",
    "ReadLimits",
    "Received",
    "ReceivedFile",
    "Rules",
    "Styles",
    "Warning_",
    "WriterStyle",
    "checked",
    "field_errors",
    "load_styles",
    "named_style",
    "open_styles",
    "read",
    "summarise",
    "write_edoc",
    "write_edoc_to",
    "write_status",
]

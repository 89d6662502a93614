"""A black-box conformance suite for an axis or a partner: cases over the wire, and a report."""

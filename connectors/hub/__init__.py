"""An axis node: store and forward between agencies, durable, with the faces SOAP, VXP and eDoc."""

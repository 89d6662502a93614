"""Remote signing: a hash goes out, a person agrees elsewhere, a raw signature comes back."""

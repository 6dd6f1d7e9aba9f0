"""The names of a connection kit's files."""

CA_BUNDLE = "ca-bundle.pem"
KRB5_CONF = "krb5.conf"

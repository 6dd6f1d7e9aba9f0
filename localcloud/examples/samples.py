"""The worked examples of profiles and the samples of events name an account; a cloud may have another one."""

ACCOUNT = "123456789012"
TAG = "signon:profile"  # the layer's, which the local cloud does not import: tests/contract/test_other_tools.py


def of_account(text: str, account: str) -> str:
    """The example with this account in it, as a person who copies it writes their own."""
    return text.replace(ACCOUNT, account)

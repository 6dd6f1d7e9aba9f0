"""The connection kit: what a person needs to sign in to one database, as files and one page.

Facts come in (``facts``), files go out (``files``); between them stand the clients (``clients``), one row each, and
what makes a text safe where it is put (``quoting``, ``markup``). The same facts make the same files.
"""

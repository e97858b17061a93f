"""Makes a domain: `python3 samba_provision.py SMB_CONF LDIF`, in the Python that has Samba's modules (Debian's own).

As `samba-tool domain provision` does, without what only Windows clients need (access rules of sysvol, which want a file server),
and with the entries added to the database itself in one transaction: by LDAP each would be one of its own."""
import contextlib
import io
import logging
import os
import sys

import samba.dsdb
import samba.param
from samba.auth import system_session
from samba.provision import provision

configuration, entries = sys.argv[1:]
parameters = samba.param.LoadParm()
parameters.load(configuration)
result = provision(
    logging.getLogger(), system_session(), smbconf=configuration, lp=parameters, realm=parameters.get("realm"),
    domain=parameters.get("workgroup"), hostname="dc1", hostip=os.environ["DC_ADDRESS"], adminpass=os.environ["DC_PASSWORD"],
    # With the zones of DNS, so that searches at the root end with references to them, as they do everywhere.
    dns_backend="SAMBA_INTERNAL", serverrole="active directory domain controller",
    dom_for_fun_level=samba.dsdb.DS_DOMAIN_FUNCTION_2008_R2, skip_sysvolacl=True, batch_mode=True)
database = result.samdb
# Any password will do, and can be changed at once; five wrong ones lock an account for half an hour.
database.modify_ldif(f"dn: {database.domain_dn()}\nchangetype: modify\n" + "".join(
    f"replace: {attribute}\n{attribute}: {value}\n-\n"
    for attribute, value in [("pwdProperties", 0), ("minPwdLength", 0), ("minPwdAge", 0), ("lockoutThreshold", 5)]))
database.transaction_start()
with open(entries, encoding="utf-8") as file, contextlib.redirect_stdout(io.StringIO()):
    database.add_ldif(file.read())
database.transaction_commit()

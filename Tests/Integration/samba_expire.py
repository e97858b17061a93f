"""Makes the password of an account one of long ago: `python3 samba_expire.py SMB_CONF DN`, in the Python that has Samba's modules.

By LDAP nobody may say when a password was set; so it is done in the database itself, as password_hash would."""
import sys

import ldb
from samba import dsdb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

configuration, name = sys.argv[1:]
parameters = LoadParm()
parameters.load(configuration)
database = SamDB(url=parameters.private_path("sam.ldb"), session_info=system_session(), lp=parameters)
message = ldb.Message(ldb.Dn(database, name))
# 2012, as 100 ns since 1601.
message["pwdLastSet"] = ldb.MessageElement("130000000000000000", ldb.FLAG_MOD_REPLACE, "pwdLastSet")
database.modify(message, controls=[f"local_oid:{dsdb.DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID}:0"])

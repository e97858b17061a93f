# The commands of the project. `make run` and `make test` need a Debian machine with a Swift toolchain, git and make; all
# else they install. See docs/develop.md.

SHELL := /bin/bash
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
CHECKS := --explicit-target-dependency-import-check error
LIBRARIES := libxml2-dev libsqlite3-dev libpq-dev libssl-dev zlib1g-dev libunbound-dev libicu-dev libldap2-dev libstemmer-dev tzdata
BENCH_TOOLS := wrk python3-venv cyrus-caldav cyrus-admin sasl2-bin gcc libc6-dev libical-dev openssl dovecot-imapd dovecot-lmtpd davical php-cli php-pgsql php-xml
TEST_TOOLS := postgresql-15 pgbouncer python3-venv wrk curl litmus cadaver khal khard openssl davfs2 knot dns-root-data slapd ldap-utils samba samba-dsdb-modules samba-ad-provision libnss-wrapper isync offlineimap3 postfix gcc libc6-dev roundcube-core roundcube-sqlite3 roundcube-plugins php-cli php-sqlite3
# Clients with hundreds of megabytes of libraries: their tests run in `make soak`, and wherever they are installed.
SOAK_TOOLS := thunderbird evolution-data-server gir1.2-ecal-2.0 gir1.2-ebook-1.2 python3-gi dbus-daemon
# All tests begin at once, on as many threads as there are processors: those that a server's time limits measure, or that wait for
# other threads, must not stand in line behind a thousand that compute.
WAITING_SUITES := ^(Wire|HTTPServer|HTTPClient|Threads|Database|DatabaseSQLite|DatabasePostgres|EngineContract)Tests
# The suites that work on a database: they run on the embedded engine with all others, and once more on PostgreSQL.
ENGINE_SUITES := ^(CollectionStore|Directory|Calendars|Contacts|GlobalAddressList|Files|Mail|ForeignCalendars|BirthdayCalendars|DAVServer|IMAPServer|LMTPServer)Tests
# Those that store mail: once more with all of it in Maildir.
MAIL_SUITES := ^(Mail|IMAPServer|LMTPServer)Tests
# The black-box tests of what is in the database; those of nodes start a PostgreSQL in any case.
POSTGRES_BLACK_BOX := attachments birthdays calendar_preconditions combined_rights delegation free_busy gal_book imap_mailboxes imap_messages imap_sync \
  index lmtp_delivery local_directory mail_transfer private_objects queries quota rewind sharing store sync_collection sync_property \
  time_ranges visible_range webdav_conditions webdav_copy_move webdav_locks webdav_methods webdav_proppatch
VENV := .build-venv
DEMO := var/demo
# Seconds of a fuzz target, and rounds of a crash test.
FUZZ_SECONDS ?= 600
CRASH_ROUNDS ?= 5
# Rounds of the test of a cluster whose nodes, connections and databases fail.
CHAOS_ROUNDS ?= 3

# How many black-box tests run at once: they wait more than they work.
INTEGRATION_WORKERS ?= 2

BLACK_BOX = BINARY_UNDER_TEST=$(CURDIR)/.build/debug/tegu CRASH_ROUNDS=$(CRASH_ROUNDS) CHAOS_ROUNDS=$(CHAOS_ROUNDS) PYTHON=$(VENV)/bin/python Tests/black-box.sh

# Rules of the comparison with other implementations.
ORACLE_RULES ?= 100000

.PHONY: help build run test unit integration soak fuzz oracles bench rfc schemas format lint deps test-deps clean

help:
	@echo "make run     build and serve a demo organisation"
	@echo "make test    install what the tests need, and run them all"
	@echo "make build   a release build: .build/release/tegu"
	@echo "make soak | fuzz    the long runs: 50 crash rounds, 30 of a failing cluster, Thunderbird and Evolution; 10 minutes a fuzz target"
	@echo "make oracles 100,000 recurrence rules, and calendars of others, beside other implementations"
	@echo "make bench   speed and memory beside Cyrus, Dovecot, Radicale and DAViCal"
	@echo "make rfc | schemas | format | lint   generated pages and files, the formatter"

# Installs what is missing of the Debian packages in $(1).
define install
	@missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing" $$missing; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi
endef

deps:
	$(call install,$(LIBRARIES) pkg-config)

# The tests start a PostgreSQL of their own: none of the system's is to be made along with the package.
test-deps: deps
	@[ -d /usr/lib/postgresql ] || { $(SUDO) mkdir -p /etc/postgresql-common/createcluster.d && \
	  echo 'create_main_cluster = false' | $(SUDO) tee /etc/postgresql-common/createcluster.d/none.conf >/dev/null; }
# Nor is a pooler of the system's to run; where there was one before, it is left as it is.
	@dpkg-query -W -f='$${Status}' pgbouncer 2>/dev/null | grep -q 'ok installed' || { $(SUDO) mkdir -p /etc/systemd/system && \
	  $(SUDO) ln -sfn /dev/null /etc/systemd/system/pgbouncer.service; }
# Nor is a Samba of the system's to run or be enabled; where there was one before, it is left as it is.
	@dpkg-query -W -f='$${Status}' samba 2>/dev/null | grep -q 'ok installed' || { $(SUDO) mkdir -p /etc/systemd/system && \
	  for unit in smbd nmbd samba-ad-dc; do $(SUDO) ln -sfn /dev/null /etc/systemd/system/$$unit.service; done; }
	$(call install,$(TEST_TOOLS))
	@[ -x $(VENV)/bin/python ] || python3 -m venv $(VENV)
	@$(VENV)/bin/pip install -q --disable-pip-version-check -r Tests/Integration/requirements.txt

build: deps
	swift build -c release --static-swift-stdlib $(CHECKS) --product tegu

run: build
	@mkdir -p -m 700 $(DEMO)
	.build/release/tegu demo --data-directory $(CURDIR)/$(DEMO) --domain example.org
	.build/release/tegu serve --data-directory $(CURDIR)/$(DEMO) --domain example.org \
	  --http-tls-listen '*:8443' --http-plain-listen 127.0.0.1:8080 --imap-tls-listen '*:8993' --imap-plain-listen 127.0.0.1:8143 \
	  --lmtp-listen 127.0.0.1:8024

test: unit integration

unit: test-deps
	swift build --build-tests $(CHECKS)
	Tests/with-postgres.sh Tests/failures-last.sh --skip-build --parallel --skip '$(WAITING_SUITES)'
	Tests/with-postgres.sh Tests/failures-last.sh --skip-build --parallel --filter '$(WAITING_SUITES)'
	TEST_ENGINE=postgres Tests/with-postgres.sh Tests/failures-last.sh --skip-build --parallel --filter '$(ENGINE_SUITES)'
	TEST_MAIL=maildir Tests/failures-last.sh --skip-build --parallel --filter '$(MAIL_SUITES)'
	swift run --skip-build devtool embed-schemas --check
	swift run --skip-build devtool rfc --check

integration: test-deps
	swift build $(CHECKS) --product tegu
	$(BLACK_BOX) -n $(INTEGRATION_WORKERS) --dist loadfile
	TEST_ENGINE=postgres BLACK_BOX='$(POSTGRES_BLACK_BOX)' $(BLACK_BOX) -n $(INTEGRATION_WORKERS) --dist loadfile

soak: test-deps build
	$(call install,$(SOAK_TOOLS))
	BINARY_UNDER_TEST=$(CURDIR)/.build/release/tegu CRASH_ROUNDS=50 CHAOS_ROUNDS=30 NO_SKIPS=1 Tests/with-postgres.sh $(VENV)/bin/python -m pytest -q Tests/Integration -k "crash or chaos or full_disk or sync or test_client_thunderbird or test_client_evolution"
	TEST_MAIL=maildir BINARY_UNDER_TEST=$(CURDIR)/.build/release/tegu Tests/with-postgres.sh $(VENV)/bin/python -m pytest -q Tests/Integration/test_storages.py Tests/Integration/test_storage_move.py
	swift build --build-tests $(CHECKS)
	TEST_MAIL=maildir TEST_ENGINE=postgres Tests/with-postgres.sh Tests/failures-last.sh --skip-build --parallel --filter '$(MAIL_SUITES)'

fuzz: deps
	@for target in $$(Tests/Fuzz/run.sh --list); do Tests/Fuzz/run.sh $$target $(FUZZ_SECONDS) || exit 1; done

oracles: test-deps
	$(call install,gcc libc6-dev libical-dev)
	PYTHON=$(CURDIR)/$(VENV)/bin/python Tests/Oracles/recurrence/run.sh $(ORACLE_RULES)
	PYTHON=$(CURDIR)/$(VENV)/bin/python Tests/Oracles/instances/run.sh

bench: test-deps build
# Only the benchmark's own Dovecot and DAViCal are to run; where there was a server before, it is left as it is.
	@for unit in dovecot-core:dovecot.service dovecot-core:dovecot.socket apache2:apache2.service; do \
	  dpkg-query -W -f='$${Status}' $${unit%:*} 2>/dev/null | grep -q 'ok installed' || { $(SUDO) mkdir -p /etc/systemd/system && \
	    $(SUDO) ln -sfn /dev/null /etc/systemd/system/$${unit#*:}; }; done
	$(call install,$(BENCH_TOOLS))
	@[ -x $(VENV)/bin/python ] || python3 -m venv $(VENV)
	@$(VENV)/bin/pip install -q --disable-pip-version-check -r Tests/Bench/requirements.txt
	$(VENV)/bin/python Tests/Bench/formats.py
	$(VENV)/bin/python Tests/Bench/memory.py
	$(VENV)/bin/python Tests/Bench/bench.py
	$(VENV)/bin/python Tests/Bench/bench.py --servers davical,tegu-postgres --size 2000
	$(VENV)/bin/python Tests/Bench/mail.py

rfc: deps
	swift run devtool rfc

schemas: deps
	swift run devtool embed-schemas

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift

lint:
	swift format lint --recursive --parallel Sources Tests Package.swift

clean:
	rm -rf .build .build-venv var

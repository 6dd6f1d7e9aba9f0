# RDS Sign-on. Every target first sets up what it needs (setup/, see CONTRIBUTING.md); on a prepared machine it skips this.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --check-symlink-times
SHELL := /bin/bash
python := .machine/local/bin/python
cloud := $(python) -m localcloud
pytest := $(python) -m pytest
# Three workers and each process of the local cloud would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

# make would ignore a mistyped name.
options := ARGS ENGINE METHOD FAULTS LAMBDA ERROR EVENT NAME NAMES SCHEDULES SEED UPGRADE
unknown := $(filter-out $(options),$(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name))))
$(if $(unknown),$(error Unknown option $(unknown). The options are: $(options)))

##@ Try it
demo: .machine/machine.json $(if $(filter-out kerberos,$(METHOD))$(filter all mariadb,$(ENGINE)),.machine/aws) $(if $(filter sam,$(LAMBDA)),.machine/sam containers) ## Watch a new database being onboarded, up to a proved sign-in (ENGINE=all: every engine; METHOD=iam; FAULTS=list lists what can go wrong, FAULTS=NAME makes it happen; LAMBDA=sam: run the functions in containers)
	@$(cloud) demo $(if $(ENGINE),--engine "$(ENGINE)") $(if $(METHOD),--method "$(METHOD)") $(if $(FAULTS),--faults "$(FAULTS)") $(if $(LAMBDA),--lambda "$(LAMBDA)") $(ARGS)

up: .machine/machine.json .machine/aws ## Start the local cloud in the background and print what to try
	@$(cloud) up $(ARGS)

sam-local: .machine/machine.json .machine/aws .machine/sam containers ## Start a local cloud that `sam local` can reach, check that it does, and print what to try
	@$(cloud) sam-local $(ARGS)

shell: .machine/machine.json .machine/aws ## Open a shell in which aws, mysql, mariadb, psql and the endpoints' names work (after `make up`)
	@$(cloud) shell $(ARGS)

diagnose: .machine/machine.json ## Explain a client's error text and say what to do (ERROR='...'; without it, paste the text into the terminal)
	@PYTHONPATH=layers/signon/python $(python) docs/diagnose.py $(if $(ERROR),"$$ERROR")

start: .machine/machine.json ## Start an execution by hand: make start EVENT=events/<file>
	@$(if $(EVENT),,$(error EVENT is missing. Name a file, for example: make start EVENT=events/manual_onboard.json))$(cloud) start "$(EVENT)" $(ARGS)

watch: .machine/machine.json ## Follow the execution that works on a database, to its end (NAME=...: which database)
	@$(cloud) watch $(if $(NAME),"$(NAME)") $(ARGS)

claims: .machine/machine.json ## Let the samples in events/functions hold the claims on their databases (after `make up`)
	@$(cloud) claims

down: .machine/machine.json ## Stop what `make up` started
	@$(cloud) down $(ARGS)

##@ Change it
# Three workers keep two cores busy: tests often wait for a server or for simulated time. Each one's processes take 3 GB.
workers := $(shell awk '/^MemAvailable/ {print ($$2 > 12000000) ? 3 : 2}' /proc/meminfo)
suite := tests --numprocesses $(workers) --dist loadfile --no-loadscope-reorder --durations 25
test: .machine/machine.json .machine/aws ## Run the tests of every kind (minutes)
	@$(pytest) $(suite) $(ARGS)

test-all: .machine/machine.json .machine/aws ## Run all tests, including the oldest PostgreSQL, all schedules and single faults, and the demos
	@WHOLE=1 $(pytest) $(suite) --timeout 1800 $(ARGS)

test test-all integration soak: .machine/jdbc

unit contract integration simulation e2e: .machine/machine.json .machine/aws ## Run the tests of one kind (ARGS='-k membership' selects some of them)
	@$(pytest) tests/$@ $(ARGS)

unit-oldest: .machine/machine.json .machine/oldest ## Run the unit and contract tests on the oldest supported Python
	@.machine/oldest/bin/python -m pytest tests/unit tests/contract --numprocesses 2 $(ARGS)

soak: .machine/machine.json .machine/aws ## Try 100,000 hostile names on every real engine, and 10,000 random schedules (NAMES=500 or SCHEDULES=500: only that many of one kind; SEED=...: repeat the same schedules)
	@$(if $(or $(NAMES),$(if $(SCHEDULES),,both)),WHOLE=1 HOSTILE_NAMES=$(or $(NAMES),100000) $(pytest) $$(git ls-files 'tests/*/test_*names.py') --timeout 0 -rP $(ARGS))
	@$(if $(or $(SCHEDULES),$(if $(NAMES),,both)),WHOLE=1 SCHEDULES=$(or $(SCHEDULES),10000) SEED=$(SEED) DATABASES=100 $(pytest) tests/simulation/test_schedules.py tests/simulation/test_one_effect.py --timeout 0 -rP $(ARGS))

faults: .machine/machine.json .machine/aws ## Try every fault on every call of a function, one at a time, and print a table of how each ends (minutes)
	@WHOLE=1 $(pytest) tests/simulation/test_single_faults.py --timeout 0 -rP $(ARGS)

bench: .machine/machine.json ## Measure what joins cost in transitions, history and payload, compared with a loop that polls every 30 seconds, and the memory that reading takes
	@PYTHONPATH=layers/signon/python $(python) -m tests.bench

saboteur: .machine/machine.json .machine/aws ## Remove each security control in turn and check that a test fails (ARGS=MySQL: only those with MySQL in their name)
	@$(python) -m tests.saboteur $(ARGS)

mutants: .machine/machine.json .machine/mutants ## Change the domain's decisions one at a time and check that a unit test fails (ARGS=names: only these modules)
	@$(python) -m tests.mutants $(ARGS)

lint: .machine/machine.json .machine/lint .machine/checkov .machine/sam .machine/asl_validator ## Check format, types, imports, template, policies, SQL, secrets, state machine and scripts
	@setup/lint

events: .machine/machine.json .machine/aws ## Rewrite the samples in events/functions from runs in a local cloud (minutes)
	@$(cloud) events

lock: .machine/lint ## Rewrite the hash-locked requirements from the *.in files (UPGRADE=1: with newer versions)
	@setup/lock $(if $(UPGRADE),--upgrade)

##@ Ship it
build: python-of-lambda .machine/sam ## Build the deployment package in .aws-sam/build (needs Python 3.13, but not Docker)
	@setup/build

bare-machines: ## Run the README's commands on a bare Debian 12 and a bare Ubuntu 24.04 (as root; minutes)
	@setup/bare_machines

help: ## Print this list
	@setup/help $(MAKEFILE_LIST)

# What the machine needs. An environment that was deleted from the cache is rebuilt.
ifeq ($(wildcard $(python)),)
.PHONY: .machine/machine.json
endif
.machine/machine.json: $(filter-out setup/lint% setup/build setup/jdbc setup/bare_machines setup/help setup/containers setup/lambda_image,$(wildcard setup/*)) requirements/local.txt requirements/runtime.txt $(wildcard localcloud/servers/native/*.c)
	@setup/machine

.machine/%: requirements/%.txt setup/environment
	@setup/packages python3 python3-venv
	@setup/environment $* "$$(setup/python)" $< >/dev/null && touch -h $@

.machine/jdbc: tests/integration/servers/clients/Jdbc.java setup/jdbc
	@setup/jdbc $<

.machine/asl_validator: requirements/asl_validator/package-lock.json setup/node_environment
	@setup/node_environment asl_validator && touch -h $@

.machine/oldest: requirements/local.txt setup/environment setup/python pyproject.toml
	@setup/environment oldest "$$(setup/python oldest)" $< >/dev/null && touch -h $@

containers:
	@setup/containers

python-of-lambda:
	@setup/python lambda >/dev/null

.PHONY: python-of-lambda containers demo up sam-local shell test-all diagnose start watch claims down events test unit unit-oldest contract integration simulation e2e soak faults bench saboteur mutants lint lock build bare-machines help

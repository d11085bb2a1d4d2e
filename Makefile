# Every recipe is one call of go or of our own command line.

.DEFAULT_GOAL := help
.PHONY: help docs check serve test lint fuzz bench measure golden ci

GO ?= go
# With the race detector each program waits a second when it ends, for reports
# of goroutines that still run; each test binary and each program that a test
# starts. Theirs have ended.
export GORACE ?= atexit_sleep_ms=0
FUZZTIME ?= 20s

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | awk -F'|' '{printf "  make %-8s %s\n", $$1, $$2}'

docs: ## check the site and write it to dist/
	$(GO) run ./cmd/docs build

check: ## check the site and write nothing
	$(GO) run ./cmd/docs check

serve: ## show the site on http://127.0.0.1:4321 as it is written
	$(GO) run ./cmd/docs serve

test: ## run all tests; TESTFLAGS=-race adds the race detector
	$(GO) test $(TESTFLAGS) ./...

lint: ## gofmt, vet and staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'gofmt -w the files above'; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

fuzz: ## fuzz every parser of author text for FUZZTIME each
	@$(GO) test -list '^Fuzz' ./... | awk '/^Fuzz/ {f[++n]=$$1} /^ok/ {for (i=1;i<=n;i++) print $$2, f[i]; n=0}' | \
	while read -r package name; do $(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) "$$package" || exit 1; done

bench: ## measure the pipeline over a generated site
	$(GO) test -run '^$$' -bench . -benchtime 3x ./internal/build

measure: ## take the figures that pages show; needs redis-server and a quiet machine
	$(GO) run ./cmd/measure

golden: ## rewrite what the golden tests expect
	$(GO) test ./internal/build ./cmd/docs ./internal/diag -update

ci: ## what the pipeline runs
	./.ci/run

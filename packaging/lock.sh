#!/usr/bin/env bash
# Make the two locks anew: all releases, with hashes, for Linux and Windows. Needs uv (pip install uv).
set -eu
cd "$(dirname "$0")/.."
compile() {
    uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-annotate \
        --no-header --no-emit-index-url --quiet "$@"
}
compile --output-file packaging/requirements.lock
compile --extra test --output-file packaging/requirements-test.lock

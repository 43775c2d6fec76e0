#!/usr/bin/env bash
# skops 0.16.0: a deque comes back empty and without its length, so a model forgets the last readings that it kept.
#
# Guessed: what skops cannot keep it refuses, as it does an array.array; pickle keeps a deque.
# Seen: it is written without a word, and its type is asked to be trusted, as if it could be read. Once it is trusted, it
# is empty, and its greatest length is gone, so a window that was of three readings grows for ever. A list of lists, a
# Counter and an OrderedDict in the same place come back as they were.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check skops==0.16.0 scikit-learn==1.9.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import pickle
from collections import Counter, OrderedDict, deque

import skops.io

kept = {"window": deque([3.5, 3.7, 3.6], maxlen=3), "seen": Counter("aab"), "order": OrderedDict(b=1, a=2)}
content = skops.io.dumps(kept)
asked = skops.io.get_untrusted_types(data=content)
back = skops.io.loads(content, trusted=asked)
print("asked to trust:", asked)
print("written:", kept["window"], " read:", back["window"])
assert pickle.loads(pickle.dumps(kept)) == kept
assert asked == ["collections.Counter", "collections.deque"], asked
assert (list(back["window"]), back["window"].maxlen) == ([], None)
assert (back["seen"], back["order"]) == (kept["seen"], kept["order"])
PYTHON

#!/usr/bin/env bash
# Creates .venv and installs a hashed lock into it: install.sh requirements.txt
# uv installs in seconds; where it cannot reach the package index, pip does the same slowly.
set -euo pipefail
cd "$(dirname "$0")"
lock=${1:-requirements.txt}
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
python=.venv/bin/python

say() { printf '\033[36m▸ %s\033[0m\n' "$*"; }

if [ ! -x $python ]; then
  base=${PYTHON_BASE:-python3}
  "$base" - <<'PY' || { echo "需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed" >&2; exit 3; }
import sys
sys.exit(sys.version_info < (3, 11))
PY
  say "创建 .venv / creating .venv"
  if ! "$base" -m venv .venv >/dev/null 2>&1; then
    rm -rf .venv
    # Debian splits ensurepip off into a package of its own.
    version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      say "安装 python$version-venv / installing python$version-venv"
      (apt-get install -y -qq "python$version-venv" || { apt-get update -qq && apt-get install -y -qq "python$version-venv"; }) >/dev/null
      "$base" -m venv .venv
    else
      echo "缺少 venv 模块：请先执行 sudo apt-get install python$version-venv" >&2
      exit 3
    fi
  fi
fi

if [ ! -x .venv/bin/uv ]; then
  # Only the installer itself, with the hashes of the same lock.
  awk '/^uv==/{on=1} on{print} on && !/\\$/{exit}' "$lock" > .venv/uv.lock.txt
  $python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.lock.txt
fi

say "安装 $lock（已锁定版本并校验哈希）/ installing $lock"
export UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
if ! .venv/bin/uv pip install --quiet --python $python --require-hashes --compile-bytecode -r "$lock"; then
  say "uv 未成功，改用 pip / falling back to pip"
  $python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
fi
# The project itself: its build backend is in the lock, so nothing is fetched here.
$python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .

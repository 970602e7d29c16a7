#!/bin/sh
# A worker beside a LocalExecutor would wait for ever for tasks that never come.
set -eu
if [ "${AIRFLOW__CORE__EXECUTOR:-}" != CeleryExecutor ]; then
  echo "profile celery 需要在 .env 中设置 SRDI_EXECUTOR=CeleryExecutor 并重新构建 / set SRDI_EXECUTOR=CeleryExecutor in .env and build again" >&2
  exit 64
fi
exec airflow celery worker

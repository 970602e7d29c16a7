# One image for every Airflow process. Packages come only from the hashed locks; wheels only, so that
# nothing is compiled and no build dependency slips in without a hash.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS packages
# A mirror of the package index may be named; the hashes make it as good as the original.
ARG PIP_INDEX_URL=""
# CeleryExecutor adds the second lock.
ARG EXECUTOR=LocalExecutor
WORKDIR /build
COPY requirements.txt deploy/requirements-celery.txt ./
RUN python -m venv /opt/venv \
    && awk '/^uv==/{on=1} on{print} on && !/\\$/{exit}' requirements.txt > uv.lock.txt \
    && /opt/venv/bin/pip install --quiet --no-cache-dir --require-hashes --no-deps \
       ${PIP_INDEX_URL:+--index-url "$PIP_INDEX_URL"} -r uv.lock.txt
RUN case "$EXECUTOR" in \
      LocalExecutor) locks="requirements.txt" ;; \
      CeleryExecutor) locks="requirements.txt requirements-celery.txt" ;; \
      *) echo "EXECUTOR must be LocalExecutor or CeleryExecutor, not '$EXECUTOR'" >&2; exit 64 ;; \
    esac \
    && for lock in $locks; do \
      /opt/venv/bin/uv pip install --quiet --no-cache --no-build --python /opt/venv/bin/python \
        --require-hashes --compile-bytecode ${PIP_INDEX_URL:+--default-index "$PIP_INDEX_URL"} -r "$lock" || exit 1; \
    done

FROM ${PYTHON_IMAGE}
ARG SRDI_UID=10001
RUN groupadd --gid "$SRDI_UID" srdi \
    && useradd --uid "$SRDI_UID" --gid srdi --home-dir /opt/airflow --no-create-home --shell /usr/sbin/nologin srdi \
    # New volumes take owner and mode of the folder they are mounted on.
    && install -d -o srdi -g srdi -m 0750 /var/srdi/home /var/srdi/lake /var/srdi/logs /var/srdi/scratch \
    && install -d -m 0755 /var/srdi/inbox
COPY --from=packages /opt/venv /opt/venv
COPY pyproject.toml /opt/srdi/
COPY include /opt/srdi/include
COPY dags /opt/srdi/dags
COPY plugins /opt/srdi/plugins
COPY deploy /opt/srdi/deploy
# Airflow reads its settings from the environment; the empty file keeps it from writing one of its own.
RUN /opt/venv/bin/pip install --quiet --no-cache-dir --no-deps --no-build-isolation --no-index -e /opt/srdi \
    && /opt/venv/bin/python -m compileall -q /opt/srdi \
    && install -d /opt/airflow/config \
    && cp /opt/srdi/include/srdi/local/airflow_local_settings.py /opt/airflow/config/ \
    && touch /opt/airflow/airflow.cfg
ENV PATH=/opt/venv/bin:$PATH \
    AIRFLOW_HOME=/opt/airflow \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /opt/srdi
USER srdi
CMD ["airflow", "version"]

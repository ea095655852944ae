# The application without a model: web server, job clusters and sealer, each in a container of its own (see compose.yaml).
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 crmllm
WORKDIR /opt/crmllm
ENV CRMLLM_HOME=/var/lib/crmllm CRMLLM_MODELS=/opt/crmllm/models LLM=none PYTHONUNBUFFERED=1

# What seldom changes comes first: packages and the embedding model, from the same locks as everywhere.
COPY requirements requirements
COPY crmllm/__init__.py crmllm/__init__.py
COPY crmllm/core/__init__.py crmllm/core/__init__.py
COPY crmllm/core/runtime crmllm/core/runtime
RUN python -m crmllm.core.runtime.setup && chmod -R a+rX models && rm -rf /root/.cache "$CRMLLM_HOME"

COPY manage.py pyproject.toml ./
COPY crmllm crmllm
COPY review review
COPY static static
COPY templates templates
RUN install -d -o crmllm -m 700 "$CRMLLM_HOME"

ENV PATH=/opt/crmllm/.venv/bin:$PATH
USER crmllm
VOLUME /var/lib/crmllm
EXPOSE 8000
CMD ["gunicorn", "crmllm.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "8", "--preload", "--timeout", "120", "--no-control-socket"]

# Launcher and Beam worker in one image. CPU by default; for a GPU build with
#   docker build --build-arg BASE=nvidia/cuda:12.8.1-runtime-ubuntu22.04 .
# Both bases are of a release whose own Python is 3.11. PIP_EXTRA_INDEX_URL may name an index of
# CPU builds of torch, which makes the default image several GB smaller.
ARG BASE=debian:bookworm-slim
ARG BEAM=2.77.0

FROM apache/beam_python3.11_sdk:${BEAM} AS beam

FROM ${BASE}
ARG PIP_EXTRA_INDEX_URL=
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3.11 python3.11-venv g++ python3.11-dev \
 && rm -rf /var/lib/apt/lists/*
ENV VIRTUAL_ENV=/opt/elsa-data PATH=/opt/elsa-data/bin:$PATH OMP_NUM_THREADS=1 PRA_NUM_THREADS=1
WORKDIR /src
COPY . .
RUN python3.11 -m venv "$VIRTUAL_ENV" \
 && pip install --no-cache-dir --constraint constraints.txt '.[all]'
# Beam's boot program starts a worker; `docker run --entrypoint elsa-data IMAGE ...` launches.
COPY --from=beam /opt/apache/beam /opt/apache/beam
WORKDIR /data
ENTRYPOINT ["/opt/apache/beam/boot"]

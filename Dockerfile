# syntax=docker/dockerfile:1
# docker build -t fsp .                          with a token module of your own, mounted or added in a further stage
# docker build -t fsp --build-arg SOFTHSM=true . with SoftHSM, for a trial or a single machine
#
# docker run --read-only -p 443:443 -v ./fsp:/etc/fsp:ro -v fsp-tokens:/var/lib/softhsm/tokens fsp

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/ForwardSecretProxy -c Release -o /app -p:RestoreLockedMode=true

# Debian 13 for its libssl 3.5, which has X25519MLKEM768. Only the packages' files go into the image: the result has no
# shell, no package manager and no setuid program.
FROM debian:trixie-slim AS files
ARG SOFTHSM=false
RUN set -eu; \
    packages="base-files netbase tzdata libc6 libgcc-s1 libstdc++6 zlib1g libzstd1 libssl3t64"; \
    if [ "$SOFTHSM" = true ]; then packages="$packages softhsm2 softhsm2-common libsofthsm2 libsqlite3-0"; fi; \
    apt-get update; \
    apt-get install -y --no-install-recommends ca-certificates; \
    mkdir -p /download /image; \
    cd /download; \
    apt-get download $packages; \
    for package in *.deb; do dpkg -x "$package" /image; done; \
    mkdir -p -m 1777 /image/tmp; \
    mkdir -p /image/etc/ssl/certs /image/etc/fsp /image/var/lib/softhsm/tokens; \
    cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/; \
    echo 'fsp:x:10001:10001::/:/sbin/nologin' > /image/etc/passwd; \
    echo 'fsp:x:10001:' > /image/etc/group; \
    chown -R 10001:10001 /image/var/lib/softhsm; \
    mkdir -p /image/etc/softhsm; \
    printf 'directories.tokendir = /var/lib/softhsm/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' \
      > /image/etc/softhsm/softhsm2.conf

FROM scratch
COPY --from=files /image /
COPY --from=build /app/fsp /usr/bin/fsp
ENV DOTNET_EnableDiagnostics=0
USER 10001:10001
ENTRYPOINT ["/usr/bin/fsp"]
CMD ["serve", "--config", "/etc/fsp/fsp.jsonc"]

# docker build -t rolecast .
# docker run -p 127.0.0.1:4566:4566 -p 127.0.0.1:1935:1935 -p 127.0.0.1:4443:4443 -p 127.0.0.1:9000:9000/udp -p 127.0.0.1:8189:8189/udp -e ROLECAST_ANNOUNCED_ADDRESSES=127.0.0.1 -v rolecast:/data rolecast
FROM node:26-bookworm-slim@sha256:367679cf9792759492a486e4aa4b421764d71a9546a6dae8aab81a99eb797b3e AS build
WORKDIR /source
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund \
  && npm run build \
  && npm pack -w rolecast --pack-destination /tmp \
  && mv /tmp/rolecast-*.tgz /tmp/packed.tgz

FROM node:26-bookworm-slim@sha256:367679cf9792759492a486e4aa4b421764d71a9546a6dae8aab81a99eb797b3e AS rolecast
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /tmp/packed.tgz /tmp/rolecast.tgz
RUN npm install --global --ignore-scripts --no-audit --no-fund /tmp/rolecast.tgz \
  && rm -r /tmp/rolecast.tgz /root/.npm \
  && install -d -m 700 -o node -g node /data
USER node
VOLUME /data
# AWS APIs and HLS, RTMP, RTMPS, SRT
EXPOSE 4566 1935 4443 9000/udp 8189/udp
ENV ROLECAST_DATA=/data ROLECAST_HOST=0.0.0.0
# How the command is called from outside, with the key of the shell that it is pasted into.
ENV ROLECAST_COMMAND="docker exec -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY {hostname} rolecast"
STOPSIGNAL SIGTERM
# Healthy from its start to its end: a container that drains, or whose database is away, isn't ready, but mends nothing by being started again.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4566/_rolecast/health/ready').then((r) => r.json()).then(({ status }) => process.exit(status === 'starting' ? 1 : 0)).catch(() => process.exit(1))"]
ENTRYPOINT ["rolecast"]
CMD ["start"]

# docker build --target localstack -t rolecast-localstack . makes the image that stands in for
# LocalStack's, with its variables and its root key: docs/switch.md. Only whoever asks for it gets it.
FROM rolecast AS localstack
USER root
# Where LocalStack keeps its state, and what its module for Java starts.
RUN install -d -m 700 -o node -g node /var/lib/localstack
COPY --chmod=755 packaging/localstack-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
USER node
# PERSISTENCE says whether anything is kept.
ENV ROLECAST_LOCALSTACK=true ROLECAST_DATA=

FROM rolecast

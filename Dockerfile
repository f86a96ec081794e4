FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY connectors ./connectors
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="rowtide" \
      org.opencontainers.image.description="Change data capture for MySQL and MariaDB" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /opt/rowtide
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
RUN ln -s /opt/rowtide/dist/src/cli/main.js /usr/local/bin/rowtide \
    && mkdir -p /var/lib/rowtide && chown node:node /var/lib/rowtide
USER node
VOLUME /var/lib/rowtide
ENTRYPOINT ["node", "/opt/rowtide/dist/src/cli/main.js"]
CMD ["run", "--config", "/etc/rowtide/rowtide.yaml"]

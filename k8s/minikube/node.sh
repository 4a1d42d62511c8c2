#!/usr/bin/env bash
# Prepares the node of Minikube; runs on it. From 2.1 on, containerd does not unpack the artefacts of Spin unless it
# pulls images by its older way.
set -euo pipefail

settings=/etc/containerd/config.toml
table="io.containerd.cri.v1.images"
if grep -q 'use_local_image_pull = true' "$settings"; then
    exit
fi
if grep -q "use_local_image_pull" "$settings"; then
    sed -i 's/use_local_image_pull = .*/use_local_image_pull = true/' "$settings"
elif grep -q "${table}['\"]\]" "$settings"; then
    sed -i "/${table}['\"]\]/a use_local_image_pull = true" "$settings"
elif grep -q '^version = 3' "$settings"; then
    printf '\n[plugins."%s"]\nuse_local_image_pull = true\n' "$table" >>"$settings"
else
    # Before 2.0 there is no other way.
    exit
fi
systemctl restart containerd

#!/bin/sh
# dpkg says "remove" and rpm says 0 where nothing takes its place; in an upgrade the server stays up.
set -e
if [ -d /run/systemd/system ]; then
  case "$1" in
    remove | 0) systemctl disable --now portolan.service ;;
  esac
fi

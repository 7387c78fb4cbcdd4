import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isMissing } from "../installed.ts";
import { reasonToSkip } from "../node-cache/node.ts";
import { ROOT } from "../run-portolan.ts";
import { MadeImage } from "./made-image.ts";

const isSkipped = isMissing("mmdebstrap", "REQUIRE_PACKAGE_TOOLS") || reasonToSkip() !== "";

/** In a network of its own, until the rules of both addresses are there; then it is told to end. */
const SCRIPT = `
set -eu
ip link set lo up
mount -t proc proc "$1/proc"
inside() { chroot "$1" /usr/sbin/iptables -t raw -S; }
root=$1
shift
chroot "$root" "$@" > "$root/log" &
until grep -q "Added back nodelocaldns rules: 24 of 24" "$root/log"; do kill -0 $!; sleep 0.1; done
inside "$root" | grep -c NOTRACK
kill $!
wait $!
inside "$root" | grep -c NOTRACK || true
`;

describe.skipIf(isSkipped)("the image for nodes", () => {
  let folder: string;
  let image: MadeImage;
  let root: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "portolan-node-image-"));
    chmodSync(folder, 0o755);
    const flags = ["--node-cache", "--architecture", "amd64"];
    image = MadeImage.make(join(folder, "image"), ...flags);
    root = image.unpack("amd64", join(folder, "root"));
    mkdirSync(join(root, "etc/coredns"));
    const template = join(ROOT, "src/node-cache/testdata/over-tcp.base");
    cpSync(template, join(root, "etc/coredns/Corefile.base"));
    writeFileSync(join(root, "etc/resolv.conf"), "nameserver 192.0.2.1\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("starts with the arguments of NodeLocal's manifest, and makes its rules by its own iptables", () => {
    const { Entrypoint, Env, User } = image.config("amd64").config;
    expect(User).toBe("0:0");
    const args = ["-localip", "169.254.20.10,10.96.0.10", "-conf", "/etc/Corefile"];
    const more = ["-upstreamsvc", "kube-dns-upstream"];
    const variables = Object.fromEntries(Env.map((text) => text.split(/=(.*)/s).slice(0, 2)));
    const program = [root, ...Entrypoint, ...args, ...more];
    const output = execFileSync(
      "unshare",
      ["-n", "-m", "/bin/bash", "-c", SCRIPT, "sh", ...program],
      {
        encoding: "utf8",
        env: { ...variables, KUBE_DNS_UPSTREAM_SERVICE_HOST: "10.96.77.1" },
      },
    );
    expect(output).toBe("16\n0\n");
  });

  it("starts for pods that say what to start, too", () => {
    const output = execFileSync("chroot", [root, "/node-cache", "-h"], { encoding: "utf8" });
    expect(output).toContain("Usage: portolan node-cache -localip ADDRESSES [FLAGS]");
  });
});

import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isMissing } from "../installed.ts";
import { reasonToSkip } from "../node-cache/node.ts";
import { DEPLOY, documentsOf } from "../deploy-files.ts";
import { MadeImage } from "./made-image.ts";

const isSkipped = isMissing("mmdebstrap", "REQUIRE_PACKAGE_TOOLS") || reasonToSkip() !== "";

/**
 * In a network of its own, until the rules of both addresses are there; then it is told to end. As the overlay's
 * DaemonSet has it, it may write nowhere but in its folder, and has of root's rights those that are named (and chroot's).
 */
const SCRIPT = `
set -eu
root=$1
log=$2
rights=$3
shift 3
ip link set lo up
mount -t proc proc "$root/proc"
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs tmpfs "$root/run"
mkdir "$root/run/portolan"
inside() { chroot "$root" /usr/sbin/iptables -t raw -S; }
setpriv --bounding-set="-all,+sys_chroot,$rights" chroot "$root" "$@" > "$log" &
until grep -q "Added back nodelocaldns rules: 24 of 24" "$log"; do kill -0 $!; sleep 0.1; done
inside | grep -c NOTRACK
kill $!
wait $!
inside | grep -c NOTRACK || true
`;

const [overlay] = documentsOf("kubernetes/overlays/nodelocal/daemon-set.yaml") as unknown as [
  { spec: { template: { spec: { containers: { args: string[]; securityContext: Rights }[] } } } },
];
interface Rights {
  readonly capabilities: { readonly add: readonly string[] };
}
const [container] = overlay.spec.template.spec.containers;

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
    const template = join(DEPLOY, "kubernetes/overlays/nodelocal/Corefile.base");
    cpSync(template, join(root, "etc/coredns/Corefile.base"));
    writeFileSync(join(root, "etc/resolv.conf"), "nameserver 192.0.2.1\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("starts as the overlay has it, with its rights alone, and makes its rules by its own iptables", () => {
    const { Entrypoint, Env, User } = image.config("amd64").config;
    expect(User).toBe("0:0");
    const variables = Object.fromEntries(Env.map((text) => text.split(/=(.*)/s).slice(0, 2)));
    const added = container?.securityContext.capabilities.add ?? [];
    const rights = added.map((name) => `+${name.toLowerCase()}`).join(",");
    const program = [root, join(folder, "log"), rights, ...Entrypoint, ...(container?.args ?? [])];
    const shell = ["-n", "-m", "/bin/bash", "--norc", "-c", SCRIPT, "sh"];
    const output = execFileSync("unshare", [...shell, ...program], {
      encoding: "utf8",
      env: { ...variables, KUBE_DNS_UPSTREAM_SERVICE_HOST: "10.96.77.1" },
    });
    expect(output).toBe("16\n0\n");
  });

  it("starts for pods that say what to start, too", () => {
    const output = execFileSync("chroot", [root, "/node-cache", "-h"], { encoding: "utf8" });
    expect(output).toContain("Usage: portolan node-cache -localip ADDRESSES [FLAGS]");
  });
});

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { SUITE, makeDebianTar } from "../../../deploy/debian-tar.ts";
import { ROOT } from "../../run-portolan.ts";
import { CACHE } from "../cache.ts";
import { madePackages } from "../made-packages.ts";

/** Debian's release that runs in machines: with another one, other versions of systemd can be looked at by hand. */
export const MACHINE_SUITE = process.env["PORTOLAN_MACHINE_SUITE"] || SUITE;

/** A user of the machine, who is logged in from the start. */
export const USER = "ada";

/** As a laptop has them, and what answers for names of mDNS. */
const PACKAGES =
  "mount systemd systemd-sysv dbus libpam-systemd iproute2 libstdc++6 systemd-resolved libnss-resolve network-manager dnsmasq-base libnss-mdns avahi-daemon".split(
    " ",
  );

/** These exclude systemd-resolved, and each other: they lie in /srv/packages. */
const KEPT_PACKAGES = ["resolvconf", "openresolv"];

/** What is the kernel's, takes time, or is of no use here. */
const MASKED_UNITS = [
  "dev-hugepages.mount",
  "dev-mqueue.mount",
  "sys-fs-fuse-connections.mount",
  "sys-kernel-debug.mount",
  "sys-kernel-tracing.mount",
  "systemd-modules-load.service",
  "systemd-sysctl.service",
  "systemd-remount-fs.service",
  "kmod-static-nodes.service",
  "systemd-random-seed.service",
  "ldconfig.service",
  "systemd-journal-catalog-update.service",
  "systemd-update-done.service",
  "systemd-hostnamed.service",
  "getty.target",
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "fstrim.timer",
];

/** Unpacks a laptop with our package, which has not been started yet. Debian's part is kept; ours is made once a run. */
export function makeMachineTree(folder: string): void {
  const made = join(inject("madeOnce"), "machine");
  if (!existsSync(made)) {
    const draft = `${made}.draft`;
    makeTree(draft);
    renameSync(draft, made);
  }
  execFileSync("cp", ["--archive", made, folder]);
}

function makeTree(root: string): void {
  const tar = `${root}.tar`;
  const download = `cd "$1/srv" && mkdir packages && cd packages && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq download ${KEPT_PACKAGES.join(" ")}`;
  const more = [
    '--aptopt=APT::Install-Recommends "false"',
    // A suite that is only tried by hand may come of a mirror that is kept as it was.
    ...(MACHINE_SUITE === SUITE ? [] : ["--aptopt=Acquire::Check-Valid-Until false"]),
    ...["doc", "info", "locale", "man"].map(
      (what) => `--dpkgopt=path-exclude=/usr/share/${what}/*`,
    ),
    `--customize-hook=${download}`,
  ];
  makeDebianTar(
    { variant: "essential", architecture: "amd64", packages: PACKAGES, more, suite: MACHINE_SUITE },
    tar,
    CACHE,
  );
  mkdirSync(root);
  execFileSync("tar", ["-C", root, "-xf", tar]);
  rmSync(tar);
  for (const unit of MASKED_UNITS) symlinkSync("/dev/null", join(root, "etc/systemd/system", unit));
  cpSync(join(ROOT, "deploy/examples"), join(root, "srv/manifests"), { recursive: true });
  const deb = `portolan_${manifest.version}-1_amd64.deb`;
  cpSync(join(madePackages(), deb), join(root, "srv/packages", deb));
  const commands = [
    `dpkg --install /srv/packages/${deb}`,
    `useradd --create-home ${USER}`,
    `mkdir -p /var/lib/systemd/linger && touch /var/lib/systemd/linger/${USER}`,
  ];
  execFileSync("chroot", [root, "sh", "-ec", commands.join("\n")], { stdio: "pipe" });
}

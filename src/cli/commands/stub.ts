import type { Command } from "../command-description.ts";
import type { FlagTable } from "../flag-description.ts";

/** Of `-using`; the back ends have the same, which a test looks at. */
export const BACK_END_NAMES = [
  "resolved-delegate",
  "resolved-drop-in",
  "networkmanager",
  "resolvconf",
  "openresolv",
  "resolv.conf",
  "macos",
  "windows",
] as const;

const DRY_RUN: FlagTable = { "dry-run": { summary: "say what would be done, and do nothing" } };

const SERVER: FlagTable = {
  server: {
    value: "ADDRESS:PORT",
    summary:
      "loopback address where Portolan listens (default 127.0.0.1:10053, or port 53 where the system asks no other)",
  },
};

const RIGHTS = "root is needed: the line to type is printed";

export const STUB_INSTALL: Command = {
  name: "stub install",
  summary: "let the system ask Portolan for the cluster's names",
  synopsis: "[ZONE...] [FLAGS]",
  description: [
    "Sets the system's resolver up so that names of the zones come to Portolan, and all others go where they went. It says what it will do, file by file, and on a terminal asks whether to. All of it is taken back by portolan stub uninstall, also after a crash or a reboot: what was before is kept in a journal.",
    "It needs root, but for -dry-run. Where a resolver knows no zones (resolv.conf, resolvconf), it says so, and what Portolan has to forward.",
  ],
  operands: [
    {
      name: "ZONE",
      summary:
        'a zone, or a network whose reverse zones are meant (default: "cluster.local" and 127.0.0.0/8)',
    },
  ],
  flags: {
    ...DRY_RUN,
    yes: { summary: "do not ask", also: ["y"] },
    hold: {
      summary:
        "keep it until standard input ends, or a signal comes, and take it back then: what portolan dev -stub does",
    },
    ...SERVER,
    search: {
      value: "LIST",
      summary:
        'what names are completed with, with commas (default: "svc." and the first zone), or "off"',
    },
    using: {
      value: "BACKEND",
      kind: BACK_END_NAMES,
      summary: "the way to set it up (default: the first that fits)",
    },
  },
  examples: [
    { line: "portolan stub install -dry-run", summary: "what would be done here" },
    { line: "portolan stub install", summary: "do it" },
    {
      line: "portolan stub install staging.local 10.96.0.0/12 -server 127.0.0.2:53",
      summary: "another zone, and reverse zones of Services",
    },
  ],
  exitCodes: {
    0: "it is set up, or was",
    1: "it cannot be, or is not wanted; all is as it was",
    2: "with -hold: a file was changed by somebody since, and left",
    3: RIGHTS,
  },
  load: async () => (await import("../stub/install.ts")).stubInstall,
};

export const STUB_UNINSTALL: Command = {
  name: "stub uninstall",
  summary: "take back what stub install did",
  synopsis: "[FLAGS]",
  description: [
    "Puts every file back as it was, octet by octet, and takes back what commands did; also what a crash has left half done. A file that somebody has changed since, and that has lines of ours, is left as it is and told of.",
  ],
  operands: [],
  flags: {
    ...DRY_RUN,
    keep: { summary: "leave files that were changed since as they are, and forget them" },
    restore: { summary: "put them back as they were before, and lose the changes" },
  },
  examples: [
    { line: "portolan stub uninstall", summary: "all as before" },
    { line: "portolan stub uninstall -dry-run", summary: "what it would do" },
  ],
  exitCodes: {
    0: "all is as before, or nothing was installed",
    1: "it could not be taken back",
    2: "a file was changed by somebody since, and left",
    3: RIGHTS,
  },
  load: async () => (await import("../stub/uninstall.ts")).stubUninstall,
};

export const STUB_STATUS: Command = {
  name: "stub status",
  summary: "say what stub install has set up, and whether Portolan answers",
  synopsis: "",
  description: ["Says what is set up, whether its files are as written, and whether we answer."],
  operands: [],
  flags: {},
  examples: [{ line: "portolan stub status", summary: "is it set up, and does it answer" }],
  exitCodes: {
    0: "it is set up, and the server answers",
    1: "it cannot be told",
    2: "it is not set up, files were changed, or the server does not answer",
  },
  load: async () => (await import("../stub/status.ts")).stubStatus,
};

export const STUB_DOCTOR: Command = {
  name: "stub doctor",
  summary: "say why programs do not find the cluster's names",
  synopsis: "[NAME] [FLAGS]",
  description: [
    "Asks for a name twice: Portolan, as dig does, and the C library, as programs do. From the difference, and from how the system is set up, it says what is wrong, each with its remedy.",
  ],
  operands: [{ name: "NAME", summary: "default: kubernetes.default.svc and the zone" }],
  flags: SERVER,
  examples: [
    { line: "portolan stub doctor", summary: "is all well" },
    { line: "portolan stub doctor web.shop.svc.cluster.local", summary: "why not this name" },
  ],
  exitCodes: { 0: "nothing is wrong", 1: "it cannot be told", 2: "something is" },
  load: async () => (await import("../stub/doctor.ts")).stubDoctor,
};

export const STUB_UNIT: Command = {
  name: "stub unit",
  summary: "print a unit of systemd or launchd that runs portolan dev",
  synopsis: "[FLAGS]",
  description: [
    "Prints a unit for the user's own systemd, or a property list for launchd, that runs portolan dev whenever the user is logged in.",
  ],
  operands: [],
  flags: {
    for: {
      value: "WHO",
      kind: ["systemd", "launchd"],
      summary: "default: as this system has it",
    },
  },
  examples: [
    {
      line: "portolan stub unit -for systemd > ~/.config/systemd/user/portolan-dev.service",
      summary: "then: systemctl --user enable --now portolan-dev",
    },
    {
      line: "portolan stub unit -for launchd > ~/Library/LaunchAgents/portolan-dev.plist",
      summary: "then: launchctl load -w that file",
    },
  ],
  exitCodes: { 0: "it was printed", 1: "the command line is wrong" },
  load: async () => (await import("../stub/unit.ts")).stubUnit,
};

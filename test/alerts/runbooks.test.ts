import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { readAlertSource } from "../../deploy/alerts/files.ts";
import { SERVERS, alertGroups } from "../../deploy/alerts/render.ts";
import { kubernetesManifests } from "../deploy-files.ts";
import { ROOT } from "../run-portolan.ts";
import { runbookBlocks } from "./runbook-blocks.ts";

const text = readFileSync(join(ROOT, "docs/runbooks.md"), "utf8");
const source = readAlertSource();
const sections = text.split(/^## /m).slice(1);
const names = sections.map((section) => section.slice(0, section.indexOf("\n")));

describe("runbooks", () => {
  it("are there for each alert, and for no other", () => {
    const alerts = source.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    expect(names.toSorted()).toEqual(alerts.toSorted());
  });

  it("are where each alert's runbook_url leads", () => {
    const filling = { selector: "", by: [], runbooks: "BASE" };
    for (const servers of SERVERS) {
      const rules = alertGroups(source, servers, filling).flatMap((group) => group.rules);
      const anchors = rules.map(({ annotations }) => annotations["runbook_url"]);
      const known = names.map((name) => `BASE#${name.toLowerCase()}`);
      expect(anchors.filter((anchor) => !known.includes(anchor ?? ""))).toEqual([]);
    }
  });

  it("say what an alert means, whom it hurts, where to look and what to do", () => {
    for (const section of sections) {
      const parts = [...section.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
      expect(parts).toEqual(["Meaning", "Impact", "Look", "Fix"]);
      expect(section).toMatch(/\*\*Look\.\*\*\n\n```(sh|promql)\n/);
    }
  });

  it("lead to each other where they say so", () => {
    const anchors = names.map((name) => name.toLowerCase());
    const links = [...text.matchAll(/\[(\w+)\]\(#(\w+)\)/g)];
    expect(links.length).toBeGreaterThan(5);
    for (const [, name = "", anchor = ""] of links) {
      expect(anchor).toBe(name.toLowerCase());
      expect(anchors).toContain(anchor);
    }
  });
});

describe("commands of runbooks", () => {
  const inText = [...text.matchAll(/`(kubectl [^`]+)`/g)].map(([, command = ""]) => command);
  const lines = [...runbookBlocks("sh").flatMap((block) => block.split("\n")), ...inText];
  const manifests = kubernetesManifests().map(({ manifest }) => manifest);

  it("are kubectl's", () => {
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => !line.startsWith("kubectl "))).toEqual([]);
  });

  it("name objects, labels and accounts that the manifests have", () => {
    const labels = JSON.stringify(manifests);
    for (const line of lines) {
      for (const [, key = "", value = ""] of line.matchAll(/-l (\S+)=(\S+)/g)) {
        expect(labels).toContain(`"${key}":"${value}"`);
      }
      const [, kind, name] =
        /\b(deploy|deployment|service|clusterrolebinding|serviceaccount)[/ :](?:kube-system:)?([a-z-]+)\b/.exec(
          line,
        ) ?? [];
      if (kind === undefined) continue;
      const kinds = manifests.filter((object) => object.metadata?.name === name);
      const found = kinds.map((object) => object.kind.toLowerCase());
      expect(found.some((one) => one.startsWith(kind))).toBe(true);
    }
  });

  it("run commands of portolan in pods, with options that these have", () => {
    const inPods = lines.flatMap((line) => line.split(" -- portolan ").slice(1));
    expect(inPods.length).toBeGreaterThan(3);
    const known = COMMANDS.map(({ name }) => name);
    for (const command of inPods) expect(known).toContain(command.split(" ")[0]);
  });
});

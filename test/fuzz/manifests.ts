import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { ClusterObject } from "../../src/kube/cluster-source.ts";
import { ServiceCidrs } from "../../src/kube/manifests/cluster-ips.ts";
import { ClusterCompleter } from "../../src/kube/manifests/complete-cluster.ts";
import { manifestKey } from "../../src/kube/manifests/manifest.ts";
import { readDocuments } from "../../src/kube/manifests/read-documents.ts";
import { EVERYTHING } from "../../src/kube/manifests/testing.ts";
import { TestCluster } from "../../src/plugins/kubernetes/cluster.cases.ts";
import { ROOT } from "../run-portolan.ts";
import { checkAnswers } from "./cluster-answers.ts";
import { mutateJson } from "./json-mutation.ts";
import type { Random } from "./random.ts";
import type { FuzzResult, FuzzTarget } from "./target.ts";
import { cpuMs, FuzzFinding } from "./target.ts";

/** Files of manifests: objects or problems, and a cluster that answers. */
export const manifests: FuzzTarget = {
  name: "manifests",
  cases: 1_500,
  limitMs: 100,
  open() {
    const files = globSync("{deploy/examples/*,test/conformance/cluster}.yaml", { cwd: ROOT });
    const texts = files.map((file) => readFileSync(join(ROOT, file), "utf8"));
    const documents = texts.flatMap((text) =>
      parseAllDocuments(text).map((document): unknown => document.toJS()),
    );
    return Promise.resolve({
      run(random) {
        if (random.oneIn(2)) return run(changedText(random.pick(texts), random), false);
        const chosen = Array.from({ length: 1 + random.below(4) }, () => random.pick(documents));
        const items = chosen.map((value) => (random.oneIn(4) ? value : mutateJson(value, random)));
        return run(JSON.stringify({ kind: "List", apiVersion: "v1", items }), true);
      },
      close: () => Promise.resolve(),
    });
  },
};

const SETTINGS = {
  cidrs: new ServiceCidrs(["10.96.0.0/24", "fd00::/120"]),
  selection: EVERYTHING,
  machineAddress: "192.0.2.1",
};
const ODD_LINES = [
  "---",
  "...",
  "a: &a [*a, *a]",
  "<<: *none",
  "? [x]",
  "%YAML 9.9",
  "\t- x",
  "key: !!binary xyz",
  "- - - - - -",
  "{{{{",
  "kind: List",
  "items: [[[]]]",
  "\0",
  "spec: 'open",
  "clusterIP: None",
];

function changedText(text: string, random: Random): string {
  let lines = text.split("\n");
  for (let i = random.below(4); i > 0; i--) {
    const at = random.below(lines.length);
    const line = lines[at] ?? "";
    const changes: readonly (() => unknown)[] = [
      () => lines.splice(at, 1 + random.below(3)),
      () => lines.splice(random.below(lines.length), 0, line),
      () => lines.splice(at, 0, random.pick(ODD_LINES)),
      () => (lines[at] = `${" ".repeat(random.below(7))}${line.trimStart()}`),
      () =>
        (lines[at] = line.replace(/:.*/, `: ${random.pick(["", "-1", "{}", "[x]", "~", "é"])}`)),
      () => (lines[at] = line.slice(0, random.below(line.length + 1))),
      () => (lines = lines.slice(0, at + 1)),
    ];
    random.pick(changes)();
  }
  return lines.join("\n");
}

async function run(text: string, isJson: boolean): Promise<FuzzResult> {
  const { plugin } = new TestCluster([], { properties: "pods verified" });
  const beganMs = cpuMs();
  let filled;
  try {
    filled = await fill(plugin.index, text, isJson);
  } catch (error) {
    throw new FuzzFinding(`threw ${String(error)}`, text, error);
  }
  const ms = cpuMs() - beganMs;
  await checkAnswers(plugin, filled.objects, text);
  return { outcome: filled.outcome, ms };
}

async function fill(
  index: TestCluster["plugin"]["index"],
  text: string,
  isJson: boolean,
): Promise<{ outcome: string; objects: readonly ClusterObject[] }> {
  const { manifests, problems } = await readDocuments(text, isJson);
  const unique = new Map(manifests.map(({ manifest }) => [manifestKey(manifest), manifest]));
  const left: string[] = [...problems];
  const objects = new ClusterCompleter(SETTINGS).complete([...unique.values()], (message) =>
    left.push(message),
  );
  for (const object of objects) index.upsert(object);
  return { outcome: left.length > 0 ? "with problems" : "good", objects };
}

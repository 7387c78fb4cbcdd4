import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { DEPLOY } from "./deploy-files.ts";
import { isMissing } from "./installed.ts";

const plugin = join(DEPLOY, "kubectl/kubectl-portolan");
const folder = mkdtempSync(join(tmpdir(), "portolan-kubectl-"));
const calls = join(folder, "calls");
afterAll(() => rmSync(folder, { recursive: true }));

/** Stands for kubectl: writes down what it is asked, a word a line, and knows $PODS. */
const KUBECTL = `#!/bin/sh
printf '%s\\n' "$@" "" >> "${calls}"
case " $* " in
*" get pods "*) printf '%s' "$PODS" ;;
*" exec pod-2 "*) exit 7 ;;
*" exec "*) echo "said by $*"; exec cat ;;
esac
`;
beforeEach(() => {
  writeFileSync(join(folder, "kubectl"), KUBECTL, { mode: 0o755 });
  writeFileSync(calls, "");
});

function run(args: readonly string[], { pods = "pod-1 pod-2", input = "" } = {}) {
  const env = { PATH: `${folder}${delimiter}${process.env.PATH}`, PODS: pods };
  const { status, stdout, stderr } = spawnSync(plugin, args, { env, input, encoding: "utf8" });
  const asked = readFileSync(calls, "utf8").split("\n\n").filter(Boolean);
  return { status, stdout, stderr, asked: asked.map((call) => call.split("\n")) };
}

const EXEC = ["--container=portolan", "--", "portolan"];

describe("kubectl portolan", () => {
  it("runs a command in a pod that runs, its words as they are", () => {
    const words = ["explain", "we b", "-from", "*", "--context", "x"];
    const { status, stdout, asked } = run(words);
    expect([status, stdout.startsWith("said by")]).toEqual([0, true]);
    expect(asked).toEqual([
      [
        "--namespace=kube-system",
        "get",
        "pods",
        "--selector=app.kubernetes.io/name=portolan",
        "--field-selector=status.phase=Running",
        "--output=jsonpath={.items[*].metadata.name}",
      ],
      ["--namespace=kube-system", "exec", "pod-1", ...EXEC, ...words],
    ]);
  });

  it("hands on to kubectl what stands in front of the command", () => {
    const flags = ["--context", "a b", "--kubeconfig=c", "-n", "dns", "--selector=app=x"];
    const { asked } = run([...flags, "version"]);
    const before = ["--context=a b", "--kubeconfig=c", "--namespace=dns"];
    expect(asked[0]?.slice(0, 6)).toEqual([...before, "get", "pods", "--selector=app=x"]);
    expect(asked[1]).toEqual([...before, "exec", "pod-1", ...EXEC, "version"]);
  });

  it("flushes the caches of all pods, and fails if one fails", () => {
    const { status, asked } = run(["cache", "flush", "web.shop"]);
    const flushed = asked.slice(1).map(([, , pod]) => pod);
    expect([flushed, status]).toEqual([["pod-1", "pod-2"], 7]);
  });

  it("takes the pod that it is told, and has its exit code", () => {
    const { status, asked } = run(["--pod", "pod-2", "query", "a"]);
    expect([status, asked]).toEqual([
      7,
      [["--namespace=kube-system", "exec", "pod-2", ...EXEC, "query", "a"]],
    ]);
  });

  it("hands on standard input where a command reads it", () => {
    const { stdout, asked } = run(["--pod=pod-1", "check", "-"], { input: "a Corefile" });
    expect(asked[0]).toContain("--stdin");
    expect(stdout).toContain("a Corefile");
    expect(run(["--pod=pod-1", "version"]).asked[1]).not.toContain("--stdin");
  });

  it.each([
    [
      ["-x", "1", "explain"],
      "Cannot use flag -x: there is none of that name in front of a command",
    ],
    [["--context"], "Cannot use flag --context: its value is missing"],
  ])("%j is refused", (args, part) => {
    const { status, stderr, asked } = run(args);
    expect([status, asked]).toEqual([1, []]);
    expect(stderr).toContain(part);
  });

  it("says where it has looked for pods in vain", () => {
    const { status, stderr } = run(["explain", "a"], { pods: "" });
    expect([status, stderr]).toEqual([
      1,
      "Cannot find Portolan: no pod with app.kubernetes.io/name=portolan runs in namespace kube-system; --namespace and --selector say where else\n",
    ]);
  });

  it("says how it is used", () => {
    expect(run(["--help"])).toMatchObject({ status: 0, asked: [] });
    expect(run([])).toMatchObject({ status: 1, stdout: "" });
  });

  it.skipIf(isMissing("shellcheck", "REQUIRE_SHELLS"))("has no fault that shellcheck knows", () => {
    expect(spawnSync("shellcheck", [plugin], { encoding: "utf8" }).stdout).toBe("");
  });
});

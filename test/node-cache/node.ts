import { execFileSync, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMissing } from "../installed.ts";
import { Portolan, ROOT } from "../run-portolan.ts";

export const ADDRESSES: readonly string[] = ["169.254.20.10", "10.96.0.10"];
/** As NodeLocal's manifest has them, but that a minute is two seconds. */
const ARGS = ["-localip", ADDRESSES.join(","), "-upstreamsvc", "kube-dns-upstream"];
const INTERVAL = ["-syncinterval", "2s"];
const UPSTREAM = "10.96.77.1";
const LOOK_MS = 50;

/** Why a network of one's own cannot be made here; "" if it can. */
export function reasonToSkip(): string {
  const done = spawnSync("unshare", ["-n", "true"]);
  if (done.status !== 0) return "no network namespace can be made (unshare -n)";
  for (const tool of ["ip", "iptables"]) {
    if (isMissing(tool, "REQUIRE_IPTABLES")) return `there is no program "${tool}"`;
  }
  return "";
}

/** A node: a network of its own, in which another Portolan is what the upstream Service leads to. */
export class Node {
  readonly folder = mkdtempSync(join(tmpdir(), "portolan-node-"));
  readonly #holder: ChildProcess;
  #upstream: Portolan | undefined;

  /** Without anything in it. */
  constructor() {
    this.#holder = spawn("unshare", ["-n", "sleep", "infinity"], { stdio: "ignore" });
    mkdirSync(join(this.folder, "kube-dns"));
    const template = readFileSync(join(ROOT, "src/node-cache/testdata/manifest.base"), "utf8");
    // What people have sed do before they apply the manifest; the other two are node-cache's to fill.
    const [local = "", server = ""] = ADDRESSES;
    const filled = template
      .replaceAll("__PILLAR__LOCAL__DNS__", local)
      .replaceAll("__PILLAR__DNS__SERVER__", server);
    writeFileSync(join(this.folder, "Corefile.base"), filled);
  }

  async open(): Promise<void> {
    // Until then the holder may be in our own network still.
    while (this.#network(this.#holder.pid) === this.#network("self")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.run("ip", "link", "set", "lo", "up");
    this.run("ip", "address", "add", `${UPSTREAM}/32`, "dev", "lo");
    const corefile = join(this.folder, "upstream.Corefile");
    writeFileSync(
      corefile,
      `.:53 {\n bind ${UPSTREAM}\n hosts {\n 10.0.0.7 web.shop.svc.cluster.local\n }\n}\n`,
    );
    this.#upstream = this.#start(["-conf", corefile]);
    await this.#upstream.saying(/:53 on/);
  }

  run(program: string, ...args: readonly string[]): string {
    return execFileSync("nsenter", [...this.#inside, program, ...args], {
      encoding: "utf8",
      stdio: "pipe",
    });
  }

  /** All that there is of rules; what is made of no rule at all comes and goes. */
  get rules(): string[] {
    const tables = ["raw", "filter"].map((table) => this.run("iptables", "-t", table, "-S"));
    return tables.join("").match(/^-A .*$/gm) ?? [];
  }

  get hasInterface(): boolean {
    return this.interfaceNumber !== undefined;
  }

  /** Another one when the interface has been made anew. */
  get interfaceNumber(): string | undefined {
    return /^(\d+): nodelocaldns:/m.exec(this.run("ip", "-o", "link"))?.[1];
  }

  addresses(): string[] {
    const all = this.run("ip", "-o", "-4", "address", "show", "dev", "nodelocaldns");
    return [...all.matchAll(/inet (\S+)\/32/g)].map(([, address = ""]) => address);
  }

  cache(...more: readonly string[]): Portolan {
    const file = (name: string): string => join(this.folder, name);
    const files = ["-basecorefile", file("Corefile.base"), "-kubednscm", file("kube-dns")];
    const conf = ["-conf", file("Corefile")];
    return this.#start(["node-cache", ...ARGS, ...conf, ...files, ...INTERVAL, ...more]);
  }

  ask(server: string, ...flags: readonly string[]): string {
    const query = ["query", `@${server}`, "web.shop.svc.cluster.local", "+short", ...flags];
    return this.run(process.execPath, join(ROOT, "dist/main.js"), ...query).trim();
  }

  /** Looks at the node now and then: each look is some processes. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  get(url: string): string {
    const program = "fetch(process.argv[1]).then((one) => one.text()).then(console.log)";
    return this.run(process.execPath, "-e", program, url);
  }

  async close(): Promise<void> {
    await this.#upstream?.stop();
    this.#holder.kill("SIGKILL");
    rmSync(this.folder, { recursive: true });
  }

  get #inside(): readonly string[] {
    return [`--net=/proc/${this.#holder.pid}/ns/net`];
  }

  #network(pid: number | string | undefined): string {
    return execFileSync("readlink", [`/proc/${pid}/ns/net`], { encoding: "utf8" });
  }

  #start(args: readonly string[]): Portolan {
    const env = { ...process.env, KUBE_DNS_UPSTREAM_SERVICE_HOST: UPSTREAM };
    return new Portolan(args, undefined, [], ROOT, { env, by: ["nsenter", ...this.#inside] });
  }
}

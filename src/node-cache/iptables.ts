import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { Rule } from "./rules.ts";

/** How a run of the program ended. */
export interface Ended {
  /** "ENOENT" if there is no such program. */
  readonly code: number | string;
  readonly output: string;
}
export type RunProgram = (program: string, args: readonly string[]) => Promise<Ended>;

/** What could not be done, in the program's words; with whether another program held its lock. */
export class IptablesError extends Error {
  get isLock(): boolean {
    return /xtables lock/.test(this.message);
  }
}

/** How long it waits for another program that changes rules. */
const WAIT = ["-w", "5"];
const LONGEST_RUN_MS = 30_000;
/** It found no such rule; other codes say that it could not look. */
const NOT_THERE = 1;
/** A rule that is there more often than this is made by somebody else all the time. */
const MAX_COPIES = 16;
/** Chains that the kubelet makes, old and new, to tell others which of the two kinds it uses. */
const KUBELETS = /^-N KUBE-(?:IPTABLES-HINT|KUBELET-CANARY)$/m;

/** Rules of iptables, by its program, of the kind that the node uses. */
export class Iptables {
  readonly #name: string;
  readonly #run: RunProgram;
  readonly #readTables: (path: string) => Promise<string>;
  #program: Promise<string> | undefined;

  /** @param readTables reads a file of the kernel's that lists tables of the older kind; "" if there is none */
  constructor(
    isIpv6: boolean,
    run: RunProgram = runProgram,
    readTables: (path: string) => Promise<string> = readLegacyTables,
  ) {
    this.#name = isIpv6 ? "ip6tables" : "iptables";
    this.#run = run;
    this.#readTables = readTables;
  }

  /**
   * Puts the rule before all others of its chain, if it is not there.
   * @returns whether it was not
   * @throws {IptablesError}
   */
  async ensure(rule: Rule): Promise<boolean> {
    if (await this.#has(rule)) return false;
    await this.#change("-I", rule);
    return true;
  }

  /** Takes the rule away, however often it is there. @throws {IptablesError} */
  async remove(rule: Rule): Promise<void> {
    for (let i = 0; i < MAX_COPIES && (await this.#has(rule)); i++) await this.#change("-D", rule);
  }

  async #has(rule: Rule): Promise<boolean> {
    const { code, output } = await this.#call("-C", rule);
    if (code === 0 || code === NOT_THERE) return code === 0;
    throw new IptablesError(output);
  }

  async #change(operation: "-I" | "-D", rule: Rule): Promise<void> {
    const { code, output } = await this.#call(operation, rule);
    if (code !== 0) throw new IptablesError(output);
  }

  async #call(operation: string, { table, chain, words }: Rule): Promise<Ended> {
    this.#program ??= this.#findProgram();
    const program = await this.#program;
    return this.#run(program, [...WAIT, operation, chain, "-t", table, ...words]);
  }

  /**
   * Rules of the two kinds do not see each other, and those of nftables come after all of the other kind: ours have to
   * be of the kind that the kubelet's are.
   */
  async #findProgram(): Promise<string> {
    const kinds = (await this.#hasLegacyTables()) ? ["nft", "legacy"] : ["nft"];
    for (const kind of kinds) {
      const program = `${this.#name}-${kind}`;
      const { code, output } = await this.#run(program, [...WAIT, "-t", "mangle", "-S"]);
      if (code === 0 && KUBELETS.test(output)) return program;
    }
    return this.#name;
  }

  /** The program of the older kind would make its tables by looking whether they are there. */
  async #hasLegacyTables(): Promise<boolean> {
    const names = await this.#readTables(
      `/proc/net/${this.#name.replace("tables", "_tables")}_names`,
    );
    return names.split("\n").includes("mangle");
  }
}

function readLegacyTables(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

function runProgram(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: LONGEST_RUN_MS }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (!error) resolve({ code: 0, output });
      else if (error.code === "ENOENT") {
        resolve({ code: "ENOENT", output: `there is no program "${program}"` });
      } else resolve({ code: error.code ?? "killed", output: output || error.message });
    });
  });
}

import type * as Files from "node:fs";
import { rmSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FakeMachine } from "../testing/fake-machines.ts";
import { MACHINES, machineOf } from "../testing/fake-machines.ts";
import type { FakeSystem } from "../testing/fake-system.ts";
import { putFile, treeOf } from "../testing/fake-system.ts";
import { chooseBackEnd } from "./back-ends.ts";
import { install } from "./install.ts";
import type { Journal } from "./journal.ts";
import { journalPath, readJournal, removeJournal } from "./journal.ts";
import type { Questions } from "./questions.ts";
import { written } from "./run-commands.ts";
import { parseSetting } from "./setting.ts";
import { statusOf } from "./status.ts";
import type { OnChange } from "./uninstall.ts";
import { uninstall } from "./uninstall.ts";

/** The end of this process, in the midst of what it does: from then on it changes nothing. */
const life = vi.hoisted(() => {
  let taken = 0;
  let last = Infinity;
  return {
    /** @returns whether this is the step at which it dies. @throws {Error} if it is dead */
    step(): boolean {
      if (taken > last) throw new Error("dead");
      taken += 1;
      return taken > last;
    },
    begin(steps: number): void {
      taken = 0;
      last = steps;
    },
    steps: (): number => taken,
  };
});

vi.mock("node:fs", async (original) => {
  const real = await original<typeof Files>();
  // oxlint-disable-next-line typescript/no-explicit-any
  type Change = (path: string, ...rest: any[]) => unknown;
  const mortal =
    (change: Change, half: Change = () => {}): Change =>
    (...args) => {
      if (!life.step()) return change(...args);
      half(...args);
      throw new Error("dead");
    };
  return {
    ...real,
    chmodSync: mortal(real.chmodSync),
    chownSync: mortal(real.chownSync),
    mkdirSync: mortal(real.mkdirSync),
    renameSync: mortal(real.renameSync),
    rmSync: mortal(real.rmSync),
    rmdirSync: mortal(real.rmdirSync),
    // A disk of a test need not keep it.
    fsyncSync: () => {},
    writeFileSync: mortal(
      (path, octets) => real.writeFileSync(path, octets),
      (path, octets: Uint8Array) => real.writeFileSync(path, octets.subarray(0, octets.length / 2)),
    ),
  };
});

const SILENT: Questions = {
  server: async () => ({ addresses: [], isReply: false, text: "nobody listens there" }),
  program: async () => ({ addresses: [], isReply: false, text: "no server replied" }),
};

let system: FakeSystem;
let before: Record<string, string>;
afterEach(() => life.begin(Infinity));

/** On a fresh machine each time, with one more step until it dies, until it lives to the end. */
async function eachDeath(
  machine: FakeMachine,
  look: (live: (deed: () => Promise<unknown>) => Promise<boolean>) => Promise<void>,
): Promise<number> {
  for (let steps = 0; ; steps += 1) {
    start(machine);
    let isDead = false;
    try {
      await look(async (deed) => {
        life.begin(steps);
        const end = await deed().then(
          () => "",
          (error: Error) => error.message,
        );
        isDead = life.steps() > steps;
        life.begin(Infinity);
        expect(end.includes("dead")).toBe(end !== "");
        return isDead;
      });
    } finally {
      rmSync(system.root, { recursive: true });
    }
    if (!isDead) return steps;
  }
}

/** A machine whose programs do nothing when we are dead. */
function start(machine: FakeMachine): void {
  system = machineOf(machine);
  const run = system.run.bind(system);
  system.run = async (argv) => {
    const isLast = life.step();
    const finished = await run(argv);
    if (isLast) throw new Error("dead");
    return finished;
  };
  before = treeOf(system.root);
}

async function installOn({ server = "127.0.0.1:10053", backEnd }: FakeMachine): Promise<void> {
  const chosen = await chooseBackEnd(system, backEnd);
  const setting = parseSetting(server, ["cluster.local", "10.96.0.0/15"], undefined);
  await install(system, chosen, setting, { plan: await chosen.plan(system, setting), now: "now" });
}

/** As `portolan stub uninstall` does. @returns paths that are left */
async function takeBack(onChange: OnChange = "ask"): Promise<string[]> {
  const journal = readJournal(system);
  if (journal) return (await uninstall(system, journal, onChange)).map(({ path }) => path);
  removeJournal(system);
  return [];
}

/** What is there, but for the folders of the journal, which an end before its first octet leaves empty. */
function treeNow(): Record<string, string> {
  const tree = treeOf(system.root);
  const folders = journalPath(system).slice(1).split("/").slice(0, -1);
  for (const at of folders.map((_, index) => folders.slice(0, index + 1).join("/")).toReversed()) {
    if (!Object.keys(tree).some((path) => path.startsWith(`${at}/`))) delete tree[at];
  }
  return tree;
}

/** What `status` has to say. */
function toldOf(journal: Journal | undefined): string {
  if (!journal) return "Nothing is installed";
  return journal.state === "done" ? "installed using" : "has not ended";
}

describe.each(Object.entries(MACHINES))("%s", (_name, machine) => {
  it("whenever the installation dies, status says what is there, and uninstall takes it back", async () => {
    const steps = await eachDeath(machine, async (live) => {
      await live(() => installOn(machine));
      const journal = readJournal(system);
      const { text, isWell } = await statusOf(system, SILENT);
      expect(isWell).toBe(false);
      expect(text).toContain(toldOf(journal));
      system.commands.length = 0;
      expect(await takeBack()).toEqual([]);
      expect(treeNow()).toEqual(before);
      const undone = [...(journal?.undoFirst ?? []), ...(journal?.undo ?? [])];
      expect(system.commands).toEqual(undone.map(({ argv }) => written(argv)));
    });
    expect(steps).toBeGreaterThan(6);
  });

  it("whenever taking it back dies, doing it once more ends it", async () => {
    const steps = await eachDeath(machine, async (live) => {
      await installOn(machine);
      await live(() => takeBack());
      expect((await statusOf(system, SILENT)).isWell).toBe(false);
      expect(await takeBack()).toEqual([]);
      expect(treeNow()).toEqual(before);
    });
    expect(steps).toBeGreaterThan(2);
  });
});

it("what somebody wrote after the end of an installation is not lost without a word", async () => {
  const machine = MACHINES["resolvconf"] as FakeMachine;
  const head = "/etc/resolvconf/resolv.conf.d/head";
  const contentNow = (): string => treeOf(system.root)[head.slice(1)]?.slice("644 ".length) ?? "";
  await eachDeath(machine, async (live) => {
    await live(() => installOn(machine));
    const changed = `${contentNow()}# mine\n`;
    putFile(system.root, head, changed);
    expect(await takeBack()).toEqual(changed.includes("portolan") ? [head] : []);
    expect(contentNow()).toBe(changed);
    expect(await takeBack("restore")).toEqual([]);
    expect(contentNow()).not.toContain("portolan");
  });
});

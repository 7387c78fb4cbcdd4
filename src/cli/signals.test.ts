import { describe, expect, it } from "vitest";
import type { Logger } from "../observe/log.ts";
import type { SignalOptions, SignalSource } from "./signals.ts";
import { Signals } from "./signals.ts";

/** Signals that are sent by hand, the lines they lead to, and what is asked of the server. */
class Bench {
  readonly lines: string[] = [];
  readonly asked: string[] = [];
  readonly #listeners = new Map<NodeJS.Signals, (signal: NodeJS.Signals) => void>();
  readonly signals: Signals;
  #stopped = Promise.withResolvers<void>();

  constructor(options?: SignalOptions) {
    const source: SignalSource = {
      on: (signal, listener) => this.#listeners.set(signal, listener),
      exit: (code) => this.asked.push(`exit ${code}`),
    };
    const log = { info: (line: string) => this.lines.push(line) } as unknown as Logger;
    this.signals = new Signals(log, source, options);
  }

  serve(): void {
    this.signals.serve({
      reload: async () => void this.asked.push("reload"),
      stop: () => {
        this.asked.push("stop");
        return this.#stopped.promise;
      },
    });
  }

  send(signal: NodeJS.Signals): void {
    this.#listeners.get(signal)?.(signal);
  }

  async stopped(): Promise<void> {
    this.#stopped.resolve();
    await this.#stopped.promise;
  }
}

describe("signals", () => {
  it.each(["SIGUSR1", "SIGHUP"] as const)("reload on %s", (signal) => {
    const stage = new Bench();
    stage.serve();
    stage.send(signal);
    expect(stage.asked).toEqual(["reload"]);
    expect(stage.lines).toEqual([`${signal}: Reloading`]);
  });

  it("end on SIGHUP what belongs to a terminal", () => {
    const stage = new Bench({ endsOnHangUp: true });
    stage.serve();
    stage.send("SIGHUP");
    expect(stage.asked).toEqual(["stop"]);
  });

  it.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)(
    "drain on %s, and then end",
    async (signal) => {
      const stage = new Bench();
      stage.serve();
      stage.send(signal);
      expect(stage.asked).toEqual(["stop"]);
      await stage.stopped();
      expect(stage.asked).toEqual(["stop", "exit 0"]);
    },
  );

  it("end at once the second time", () => {
    const stage = new Bench();
    stage.serve();
    stage.send("SIGINT");
    stage.send("SIGINT");
    expect(stage.asked).toEqual(["stop", "exit 1"]);
  });

  it("tell of SIGUSR2 and do nothing", () => {
    const stage = new Bench();
    stage.serve();
    stage.send("SIGUSR2");
    expect(stage.asked).toEqual([]);
    expect(stage.lines).toEqual([expect.stringMatching(/^SIGUSR2: ignored/)]);
  });

  it("reload once after the start what came in its course", () => {
    const stage = new Bench();
    for (const signal of ["SIGUSR2", "SIGHUP", "SIGUSR1"] as const) stage.send(signal);
    expect(stage.asked).toEqual([]);
    stage.serve();
    expect(stage.asked).toEqual(["reload"]);
  });

  it("end a server that is starting at once", () => {
    const stage = new Bench();
    stage.send("SIGTERM");
    expect(stage.asked).toEqual(["exit 0"]);
  });

  it("reload nothing that is stopping", () => {
    const stage = new Bench();
    stage.serve();
    stage.send("SIGTERM");
    stage.send("SIGHUP");
    expect(stage.asked).toEqual(["stop"]);
    expect(stage.lines.at(-1)).toBe("SIGHUP: ignored, the server is shutting down");
  });
});

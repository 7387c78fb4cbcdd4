import { chooseBackEnd } from "../../stub/back-ends.ts";
import type { Journal } from "../../stub/journal.ts";
import { readJournal } from "../../stub/journal.ts";
import { mayChange } from "../../stub/install.ts";
import { thisSystem } from "../../stub/system.ts";
import { isAskedBySystem } from "./asked-by-system.ts";
import type { DevSource } from "./dev-corefile.ts";
import { CLUSTER_ZONE } from "./dev-corefile.ts";
import type { DevScreen } from "./dev-screen.ts";
import type { Place } from "./free-place.ts";
import { HeldStub, holdingCommand } from "./held-stub.ts";
import { installArguments, resolverLine } from "./resolver-line.ts";

/** What *portolan stub install* has set up here; undefined if nothing, or if this user may not know. */
export function installedStub(): Journal | undefined {
  try {
    return readJournal(thisSystem());
  } catch {
    return undefined;
  }
}

export interface DevResolverParts {
  readonly screen: DevScreen;
  readonly place: Place;
  /** What was set up before the start. */
  readonly installed: Journal | undefined;
  /** Whether it is to be set up, as `-stub` says. */
  readonly isWanted: boolean;
}

/** The system's resolver beside a `portolan dev` that runs. */
export class DevResolver {
  readonly #parts: DevResolverParts;
  #held: HeldStub | undefined;
  #isSetUp = false;

  constructor(parts: DevResolverParts) {
    this.#parts = parts;
  }

  /** Sets it up, if that is wanted and nobody has. */
  async setUp(source: DevSource | undefined): Promise<void> {
    const { screen, place, installed, isWanted } = this.#parts;
    if (!isWanted) return;
    if (installed && installed.holder === undefined) {
      return screen.say("This machine's resolver is set up already, and stays so");
    }
    const as = mayChange(thisSystem()) ? [] : sudo();
    const held = new HeldStub({
      command: holdingCommand(as, installArguments(place, source)),
      say: (text, level) => screen.say(text, level),
    });
    this.#held = held;
    if (as.length > 0)
      screen.say("Setting this machine's resolver up: sudo may ask for a password");
    screen.holdBack();
    this.#isSetUp = await held.start();
    screen.goOn();
    const paths = installedStub()?.files.map(({ path }) => path) ?? [];
    if (this.#isSetUp) {
      screen.say(`This machine's resolver is set up until this ends: ${paths.join(", ")}`);
    }
  }

  /** Says whether it asks here, and what to do if not. */
  async tell(source: DevSource | undefined, signal: AbortSignal): Promise<void> {
    const { screen, place, installed: before } = this.#parts;
    const heard = new Set<string>();
    screen.onProbe = (name) => heard.add(name);
    const isAsked = await isAskedBySystem(CLUSTER_ZONE, (name) => heard.has(name), signal);
    const installed = (this.#isSetUp ? installedStub() : before)?.setting;
    const isPort53Only = !isAsked && !installed && (await asksPort53Only());
    const state = { isAsked, installed, place, source, isPort53Only };
    if (!signal.aborted) screen.say(resolverLine(state));
  }

  /** Has it as it was. */
  async stop(): Promise<void> {
    await this.#held?.stop();
  }
}

/** Where no way fits at all, *stub install* says why. */
async function asksPort53Only(): Promise<boolean> {
  try {
    return (await chooseBackEnd(thisSystem(), undefined)).isPort53Only ?? false;
  } catch {
    return false;
  }
}

/** Where nobody could type a password, it is not to ask for one. */
function sudo(): readonly string[] {
  return process.stdin.isTTY ? ["sudo"] : ["sudo", "-n"];
}

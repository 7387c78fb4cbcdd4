import { explain } from "../explain/explain.ts";
import { knownOf } from "../explain/known.ts";
import { hasColours } from "../observe/colours.ts";
import { createLogger } from "../observe/log.ts";
import { plugins } from "../plugins/index.ts";
import { Server } from "../server/server.ts";
import type { Arguments } from "./arguments.ts";
import { parseDevOptions } from "./dev/dev-options.ts";
import type { DevOptions } from "./dev/dev-options.ts";
import { progressOf } from "./dev/dev-progress.ts";
import { DevResolver, installedStub } from "./dev/dev-resolver.ts";
import { DevScreen } from "./dev/dev-screen.ts";
import { DevSession, servedWords } from "./dev/dev-session.ts";
import type { FreePlace } from "./dev/free-place.ts";
import { findFreePlace, PLACES, startWhereFree } from "./dev/free-place.ts";
import type { Journal } from "../stub/journal.ts";
import { limitHeap } from "./heap.ts";
import { adminPathOfUser } from "./admin-path.ts";
import type { AdminFlags } from "./open-admin.ts";
import { openAdmin } from "./open-admin.ts";
import { endProcess, outputOf } from "./process-output.ts";
import { watchProcess } from "./watch-process.ts";

const LOOK_MS = 200;
/** Progress is worth a word when it takes longer. */
const PATIENCE_MS = 1_000;
const EXPLAIN_MS = 3_000;

/** Serves a cluster's names on this machine, until it is told to end. */
export async function devCommand(given: Arguments): Promise<void> {
  const options = parseDevOptions(given);
  const installed = installedStub();
  // Where the system asks already is the best place.
  const first = installed ? [installed.setting.server] : [];
  const place = await findFreePlace([...first, ...PLACES]);
  if (!given.switches.has("print")) return serveDev(options, place, installed);
  const session = new DevSession({ options, place, say: () => {} });
  await session.read();
  process.stdout.write(session.text);
  session.stop();
  return endProcess(0);
}

async function serveDev(
  options: DevOptions,
  first: FreePlace,
  installed: Journal | undefined,
): Promise<void> {
  limitHeap();
  let server: Server | undefined;
  const screen = screenFor(() => server);
  const log = createLogger({ format: "json", destination: screen });
  const endsOnHangUp = process.stdout.isTTY;
  const { net, signals } = watchProcess(log, endProcess, { endsOnHangUp });
  const session = new DevSession({ options, place: first, say: (text) => screen.say(text) });
  // Rights are asked for, and the first objects waited for, some seconds each if the cluster does not answer.
  const patience = setTimeout(() => screen.sayProgress("Reading the cluster"), PATIENCE_MS);
  await session.read();
  const started = await startWhereFree(session, (at) => {
    return Server.start({
      load: () => session.corefile(),
      plugins,
      defaultPort: at.port,
      log,
      onFatal: () => void endProcess(1),
    });
  });
  clearTimeout(patience);
  server = started;
  const { place } = session;
  const admin = await openAdmin(adminFlags(options), started, log);
  const resolver = new DevResolver({ screen, place, installed, isWanted: options.isStubWanted });
  const ending = new AbortController();
  session.follow(() => started.reload());
  net.serve();
  signals.serve({
    reload: () => session.look(),
    async stop() {
      ending.abort();
      session.stop();
      await resolver.stop();
      await admin.close();
      await started.stop();
      screen.stop();
    },
  });
  tellPlace(screen, session);
  await resolver.setUp(session.source);
  await tellReady(started, screen, ending.signal);
  await resolver.tell(session.source, ending.signal);
}

function adminFlags({ admin }: DevOptions): AdminFlags {
  const usualPath = adminPathOfUser(admin);
  const flags = { admin, adminToken: undefined, pidfile: undefined };
  return usualPath === undefined ? flags : { ...flags, usualPath };
}

function screenFor(server: () => Server | undefined): DevScreen {
  const { stdout } = process;
  return new DevScreen({
    write: (text) => outputOf(stdout).write(text),
    isTerminal: stdout.isTTY,
    hasColours: hasColours(stdout),
    columns: () => stdout.columns,
    zones: () => zonesOf(server()),
    explain: (name, type) => explainFailure(server(), name, type),
  });
}

function tellPlace(screen: DevScreen, session: DevSession): void {
  const { place } = session;
  for (const { address, port } of place.taken) {
    screen.say(`${address} port ${port} is taken by another program, as a Portolan that runs`);
  }
  screen.say(
    `Serving ${servedWords(session.source)}, on ${place.address} port ${place.port}; Ctrl-C ends it`,
  );
}

/** Says how far it is, and when all has been read. */
async function tellReady(server: Server, screen: DevScreen, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const views = knownOf(server.configuration).map(({ view }) => view);
    const states = views.map((view) => view.state());
    const objects = views.reduce((sum, view) => sum + view.objectCount(), 0);
    const progress = progressOf(states, objects);
    const seconds = (performance.now() / 1_000).toFixed(1);
    if (progress === undefined) return screen.say(`Ready after ${seconds} s`);
    if (performance.now() > PATIENCE_MS) screen.sayProgress(progress);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Those of names, with a final dot. */
function zonesOf(server: Server | undefined): readonly string[] {
  if (!server) return [];
  return knownOf(server.configuration).flatMap(({ view }) => view.zones.map(String));
}

async function explainFailure(
  server: Server | undefined,
  name: string,
  type: string,
): Promise<string | undefined> {
  if (!server) return undefined;
  const options = { ofNode: [], limitMs: EXPLAIN_MS };
  const { verdict } = await explain(server.configuration, { name, type }, options);
  return verdict.level === "fine" ? undefined : verdict.sentence;
}

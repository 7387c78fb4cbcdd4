import childProcess from "node:child_process";
import dgram from "node:dgram";
import { EventEmitter } from "node:events";
import fs from "node:fs";
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { Worker } from "node:worker_threads";

/**
 * Loaded into the program before it begins (`--import`). On a message with the name of a place it makes
 * something throw there, once, and says so.
 */

const { UPSTREAM_PORT, API_PORT, FOLDER = "" } = process.env;

type Sabotage = (done: () => void) => void;

/** An argument of an event that nobody can look at. */
const HOSTILE: object = new Proxy(
  {},
  {
    get() {
      throw new Error("sabotage");
    },
  },
);

const fault = (): Error => Object.assign(new Error("sabotage"), { code: "EMFILE" });

/** The next call of a function throws. */
function callThrows(owner: object, name: string, trigger: () => void = () => {}): Sabotage {
  return (done) => {
    const original = Reflect.get(owner, name) as unknown;
    // Until it has come to that: a connection may be under way already.
    const again = setInterval(trigger, 200);
    Reflect.set(owner, name, () => {
      clearInterval(again);
      Reflect.set(owner, name, original);
      syncBuiltinESMExports();
      done();
      throw fault();
    });
    syncBuiltinESMExports();
    trigger();
  };
}

/** The listeners of the next such event get what they throw at. */
function eventThrows(isVictim: (emitter: object, event: unknown) => boolean): Sabotage {
  return (done) => {
    const emit = Reflect.get(EventEmitter.prototype, "emit") as EventEmitter["emit"];
    EventEmitter.prototype.emit = function (this: EventEmitter, event, ...args): boolean {
      if (!isVictim(this, event)) return Reflect.apply(emit, this, [event, ...args]);
      EventEmitter.prototype.emit = emit;
      done();
      return Reflect.apply(emit, this, [event, HOSTILE]);
    };
  };
}

/** Breaks the connections to a port off, so that others have to be opened. */
function breakOff(port: string | undefined): void {
  const handles = Reflect.get(process, "_getActiveHandles") as () => object[];
  for (const handle of Reflect.apply(handles, process, [])) {
    if (handle instanceof net.Socket && handle.remotePort === Number(port)) {
      handle.destroy(new Error("broken off"));
    }
  }
}

function renameManifest(): void {
  const [from, to] = fs.existsSync(join(FOLDER, "a.yaml")) ? ["a", "b"] : ["b", "a"];
  fs.renameSync(join(FOLDER, `${from}.yaml`), join(FOLDER, `${to}.yaml`));
}

const isOfPort =
  (port: string | undefined, name: string) =>
  (emitter: object, event: unknown): boolean =>
    event === name && emitter instanceof net.Socket && emitter.remotePort === Number(port);

/** Places that the program looks after itself: what is thrown ends that connection, file or query. */
const OWN: Readonly<Record<string, Sabotage>> = {
  "sending to an upstream": callThrows(dgram.Socket.prototype, "send"),
  "opening of a UDP socket": callThrows(dgram, "createSocket"),
  "connecting of a UDP socket": callThrows(dgram.Socket.prototype, "connect"),
  "a packet of an upstream": eventThrows(
    (emitter, event) => event === "message" && emitter instanceof dgram.Socket,
  ),
  "octets of an upstream over TCP": eventThrows(isOfPort(UPSTREAM_PORT, "data")),
  "connecting to an upstream": callThrows(net, "connect", () => breakOff(UPSTREAM_PORT)),
  "octets of the API server": eventThrows(
    (emitter, event) => event === "data" && emitter.constructor.name === "ClientHttp2Stream",
  ),
  "TLS with the API server": callThrows(tls, "connect", () => breakOff(API_PORT)),
  "a child process for credentials": callThrows(childProcess, "spawn", () => breakOff(API_PORT)),
  "an HTTP endpoint": callThrows(http.ServerResponse.prototype, "writeHead"),
  "a watched folder": callThrows(
    Reflect.getPrototypeOf(fs.watch(FOLDER, { persistent: false })) ?? {},
    "close",
    renameManifest,
  ),
};

/** Places of nobody's, as of a plugin of others. */
const NOBODYS: Readonly<Record<string, Sabotage>> = {
  "a timer": (done) => void setTimeout(throwing(done)),
  "the end of a turn": (done) => void setImmediate(throwing(done)),
  "a tick": (done) => process.nextTick(throwing(done)),
  "a promise": (done) => void Promise.reject(fault()).finally(done),
  "an error without a listener": (done) =>
    void setImmediate(() => {
      done();
      new EventEmitter().emit("error", fault());
    }),
  "an accepted connection": (done) => {
    const server = net.createServer(throwing(done));
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      const socket = net.connect(port, "127.0.0.1", () => socket.destroy());
      socket.on("close", () => server.close());
    });
  },
  "an event of a file": (done) => {
    const watcher = fs.watch(FOLDER, () => {
      watcher.close();
      throwing(done)();
    });
    fs.writeFileSync(join(FOLDER, "c.txt"), "");
  },
  "the end of a child process": (done) => {
    childProcess.spawn(process.execPath, ["-e", ""], { env: {} }).on("exit", throwing(done));
  },
  "a thread without a listener": (done) => {
    const code = 'throw new Error("sabotage")';
    new Worker(code, { eval: true, execArgv: [] }).on("exit", done);
  },
};

function throwing(done: () => void): () => never {
  return () => {
    done();
    throw fault();
  };
}

if (process.send) {
  process.on("message", (name: string) => {
    const sabotage = { ...OWN, ...NOBODYS }[name];
    sabotage?.(() => setImmediate(() => process.send?.(name)));
  });
  process.send([Object.keys(OWN), Object.keys(NOBODYS)]);
}

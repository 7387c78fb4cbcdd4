import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Corefile } from "../../src/corefile/corefile.ts";
import type { DirectiveParts } from "../../src/corefile/directive.ts";
import { Directive } from "../../src/corefile/directive.ts";
import type { HttpHandler, ServedHttp } from "../../src/http/http-endpoints.ts";
import { HttpEndpoints } from "../../src/http/http-endpoints.ts";
import type { AnyPlugin, PluginContext } from "../../src/server/contract/plugin.ts";
import type { FakeUpstream } from "../../src/testing/fake-upstream.ts";
import { answerTo, startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import { CERTIFICATE, CERTIFICATE_KEY } from "../../src/testing/certificate.ts";
import { makeKeyTexts } from "../../src/testing/dnssec-keys.ts";
import { writeMmdb } from "../../src/plugins/geoip/mmdb.cases.ts";
import { FakeCollection } from "../cluster/fake-collection.ts";
import { FakeCluster } from "../cluster/fake-cluster.ts";
import { kubeconfigText } from "../cluster/kubeconfig.ts";
import { builtPlugins } from "./readme.ts";
import { ROOT } from "../run-portolan.ts";

/** Of whatever origin. */
const KEYS = 'key "k." { algorithm hmac-sha256; secret "c2VjcmV0"; };\n';
const ZONE = "$TTL 60\n@ SOA ns host 1 1 1 1 1\n@ NS ns\nns A 192.0.2.53\n";

const KEY_FOR_KEYS = 257;

type Words = Readonly<Record<string, (directive: Directive) => Directive>>;

/**
 * What a Corefile of a document is started with in the place of the reader's network and files:
 * - each port of a server block, and of an HTTP endpoint, is a free one;
 * - each address in the TO of `forward` is an upstream here, by TLS where it says so; and so is
 *   `/etc/resolv.conf`;
 * - the primary of a `secondary` is one of these, which has no zone;
 * - the API server is here, and a `kubernetes` without a word about it has its `endpoint`: a
 *   kubeconfig is read by a process of its own, so only those have one that show one;
 * - HOME and the working directory are a folder with what the Corefile names: a hosts file, a
 *   database, a folder of manifests;
 * - nobody is waited for when the server stops (`lameduck`).
 * All else is as it is written.
 */
export class StandIns {
  readonly #home: string;
  readonly #before = { cwd: process.cwd(), home: process.env.HOME };
  readonly #plain: FakeUpstream;
  readonly #tls: FakeUpstream;
  readonly #cluster: FakeCluster;

  static async start(): Promise<StandIns> {
    const answer = startFakeUpstream(({ packet, reply }) => reply(answerTo(packet)));
    const secure = startFakeUpstream(({ packet, reply }) => reply(answerTo(packet)), {
      cert: CERTIFICATE,
      key: CERTIFICATE_KEY,
    });
    return new StandIns(await answer, await secure, await FakeCluster.start("http"));
  }

  private constructor(plain: FakeUpstream, tls: FakeUpstream, cluster: FakeCluster) {
    this.#plain = plain;
    this.#tls = tls;
    this.#cluster = cluster;
    const pods = { path: "/api/v1/pods", apiVersion: "v1", kind: "Pod" };
    const nodes = { path: "/api/v1/nodes", apiVersion: "v1", kind: "Node" };
    cluster.api.serve(new FakeCollection(pods), new FakeCollection(nodes));
    this.#home = mkdtempSync(join(tmpdir(), "portolan-documents-"));
    mkdirSync(join(this.#home, ".kube"));
    const { url: server } = cluster.api;
    const config = kubeconfigText({ server, context: "staging", user: { token: "a" } });
    writeFileSync(join(this.#home, ".kube/config"), config);
    process.env.HOME = this.#home;
    process.chdir(this.#home);
  }

  async stop(): Promise<void> {
    process.chdir(this.#before.cwd);
    process.env.HOME = this.#before.home;
    rmSync(this.#home, { recursive: true, force: true });
    await Promise.all([this.#plain.close(), this.#tls.close(), this.#cluster.stop()]);
  }

  /** The same Corefile for this machine. */
  replaceIn(corefile: Corefile): Corefile {
    const blocks = corefile.blocks.map(({ keys, directives, at }) => ({
      keys: keys.map((key) => ({ ...key, port: 0 })),
      directives: directives.map((one) => this.#words[one.name.text]?.(one) ?? one),
      at,
    }));
    return { ...corefile, blocks };
  }

  readonly #words: Words = {
    forward: (directive) =>
      withArgs(
        directive,
        directive.args.map(({ text }, i) => this.#to(text, i)),
      ),
    geoip: (directive) => {
      this.#file(directive.args[0]?.text, writeMmdb("GeoLite2-City", {}));
      return directive;
    },
    health: (directive) => {
      const body = directive.body.map((one) => withArgs(one, ["0s"]));
      return new Directive({ ...partsOf(directive), body });
    },
    dnssec: (directive) => {
      this.#keys(directive);
      return directive;
    },
    file: (directive) => {
      this.#file(directive.args[0]?.text, ZONE);
      return directive;
    },
    secondary: (directive) => {
      const body = directive.body.map((one) => {
        const texts = one.args.map(({ text }) => (isIP(text) === 0 ? text : this.#plain.address));
        return withArgs(one, texts);
      });
      return new Directive({ ...partsOf(directive), body });
    },
    hosts: (directive) => {
      this.#file(directive.args[0]?.text, "192.0.2.1 host.example.org\n");
      return directive;
    },
    tsig: (directive) => {
      for (const { name, args } of directive.body) {
        if (name.text === "secrets") this.#file(args[0]?.text, KEYS);
      }
      return directive;
    },
    sign: (directive) => {
      this.#file(directive.args[0]?.text, ZONE);
      this.#keys(directive);
      return directive;
    },
    kubernetes: (directive) => this.#whereCluster(directive),
    gateway: (directive) => this.#whereCluster(directive),
    nodes: (directive) => this.#whereCluster(directive),
  };

  #whereCluster(directive: Directive): Directive {
    for (const { name, args } of directive.body) {
      if (name.text === "manifests") for (const { text } of args) this.#manifests(text);
    }
    const api = directive.body.some(({ name }) => /^(kubeconfig|manifests)$/.test(name.text));
    return api ? directive : withProperty(directive, "endpoint", this.#cluster.api.url);
  }

  #to(text: string, i: number): string {
    if (text === "/etc/resolv.conf") return this.#plain.address;
    const [, scheme = "", host = ""] = /^(tls:\/\/)?([^%:]+|[\da-f:]+)/.exec(text) ?? [];
    if (i === 0 || isIP(host) === 0) return text;
    return scheme === "" ? this.#plain.address : `${scheme}${this.#tls.address}`;
  }

  /** Those that `key file KEY...` names, and in a folder those of the zones that the directive does. */
  #keys({ args, body }: Directive): void {
    for (const { name, args: words } of body) {
      const [kind, ...paths] = words.map(({ text }) => text);
      if (name.text !== "key") continue;
      if (kind === "file")
        for (const path of paths)
          this.#key(path.replace(/\.(?:key|private)$/, ""), zoneOfKey(path));
      if (kind !== "directory") continue;
      for (const folder of paths)
        for (const { text } of args.slice(1)) this.#key(`${folder}/K${text}.+013+00001`, text);
    }
  }

  #key(base: string, zone: string): void {
    const texts = makeKeyTexts({ owner: `${zone.replace(/\.$/, "")}.`, flags: KEY_FOR_KEYS });
    this.#file(`${base}.key`, texts.key);
    this.#file(`${base}.private`, texts.private);
  }

  #file(path: string | undefined, text: string | Buffer): void {
    if (path === undefined || path.startsWith("/")) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  #manifests(pattern: string): void {
    const folder = /[*]/.test(pattern) ? dirname(pattern) : pattern;
    if (!existsSync(folder)) cpSync(join(ROOT, "deploy/examples"), folder, { recursive: true });
  }
}

/** `example.org` of `keys/Kexample.org.+013+45330`. */
function zoneOfKey(path: string): string {
  return /(?:^|\/)K([^+]*)/.exec(path)?.[1] ?? "example.org";
}

class FreePorts extends HttpEndpoints {
  override serve(_: string, path: string, handler: HttpHandler): Promise<ServedHttp> {
    return super.serve("127.0.0.1:0", path, handler);
  }
}

const freePorts = new FreePorts();

/** As they are, but that HTTP is served on free ports of the loopback interface. */
export const documentedPlugins: readonly AnyPlugin[] = builtPlugins.map((plugin) => {
  const create = plugin.create?.bind(plugin);
  if (!create) return plugin;
  return { ...plugin, create: (options, context) => create(options, onFreePorts(context)) };
});

function onFreePorts(context: PluginContext): PluginContext {
  return { ...context, host: { ...context.host, http: freePorts } };
}

function withArgs(directive: Directive, texts: readonly string[]): Directive {
  const args = texts.map((text) => ({ ...directive.name, text }));
  return new Directive({ ...partsOf(directive), args });
}

function withProperty(directive: Directive, property: string, arg: string): Directive {
  const { name, scope } = directive;
  const args = [{ ...name, text: arg }];
  const words = { name: { ...name, text: property }, args, body: [], hasBody: false, scope };
  const body = [...directive.body, new Directive(words)];
  return new Directive({ ...partsOf(directive), body, hasBody: true });
}

function partsOf({ name, args, body, hasBody, scope }: Directive): DirectiveParts {
  return { name, args, body, hasBody, scope };
}

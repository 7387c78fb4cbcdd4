import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Explanation } from "../../../src/explain/explanation.ts";
import type { FakeUpstream } from "../../../src/testing/fake-upstream.ts";
import { until } from "../../../src/testing/until.ts";
import type { ZoneUpstream } from "../../../src/testing/zone-upstream.ts";
import { startZoneUpstream } from "../../../src/testing/zone-upstream.ts";
import { Portolan, ROOT } from "../../run-portolan.ts";
import { ControlPlane } from "../control-plane.ts";
import type { DnsServer } from "../dns-server.ts";
import { loadManifests } from "../load-manifests.ts";
import { servePortolan } from "../serve.ts";
import type { CorefileName } from "./corefiles.ts";
import { COREFILES } from "./corefiles.ts";
import { startMisbehavingUpstream } from "./misbehaving-upstream.ts";

/** What is there outside of the cluster. */
const OUTSIDE = `
. 60 IN SOA ns. host. 1 2 3 4 5
there.outside.test. 60 IN A 192.0.2.80
mail.outside.test. 60 IN MX 10 there.outside.test.
alias.outside.test. 60 IN CNAME there.outside.test.
round.outside.test. 60 IN CNAME trip.outside.test.
trip.outside.test. 60 IN CNAME round.outside.test.
six.outside.test. 60 IN AAAA 2001:db8::80
example.com. 60 IN A 192.0.2.81
broken.com. 60 IN A 192.0.2.83
www.example.org. 60 IN A 192.0.2.82
80.2.0.192.in-addr.arpa. 60 IN PTR there.outside.test.
`;

/** What the command has said of a name. */
export interface Said {
  readonly code: string;
  readonly sentence: string;
  readonly explanation: Explanation;
  readonly exit: number | null;
}

/** An API server with broken Services in it, and Portolans in front that are asked why. */
export class ExplainedCluster {
  readonly plane: ControlPlane;
  readonly #servers = new Map<CorefileName, Explained>();
  readonly #outside: ZoneUpstream;
  readonly #odd: FakeUpstream;

  static async start(): Promise<ExplainedCluster> {
    const plane = await ControlPlane.start();
    const objects = readFileSync(join(import.meta.dirname, "objects.yaml"), "utf8");
    await loadManifests(plane.client(), objects);
    const outside = await startZoneUpstream(OUTSIDE);
    return new ExplainedCluster(plane, outside, await startMisbehavingUpstream());
  }

  private constructor(plane: ControlPlane, outside: ZoneUpstream, odd: FakeUpstream) {
    this.plane = plane;
    this.#outside = outside;
    this.#odd = odd;
  }

  /** The server with a Corefile of the table, started when it is first asked for. */
  async server(corefile: CorefileName): Promise<Explained> {
    const known = this.#servers.get(corefile);
    if (known) return known;
    const server = await Explained.start(COREFILES[corefile], {
      KUBECONFIG: this.plane.kubeconfig(),
      OUTSIDE: this.#outside.address,
      ODD: this.#odd.address,
    });
    this.#servers.set(corefile, server);
    return server;
  }

  async stop(): Promise<void> {
    for (const server of this.#servers.values()) await server.stop();
    await this.#outside.close();
    await this.#odd.close();
    await this.plane.stop();
  }
}

/** A running server, asked by the command as a user of its machine would. */
export class Explained {
  readonly dns: DnsServer;
  /** As systemd makes it for a service: the server opens its socket there, and the command looks for it there. */
  readonly folder: string;

  static async start(
    corefile: string,
    values: Readonly<Record<string, string>>,
    wait: "ready" | "answering" = "ready",
  ): Promise<Explained> {
    const folder = mkdtempSync(join(tmpdir(), "portolan-run-"));
    const environment = { RUNTIME_DIRECTORY: folder };
    const dns = await servePortolan({ corefile, values, environment, wait });
    await until(() => existsSync(join(folder, "portolan.sock")));
    return new Explained(dns, folder);
  }

  private constructor(dns: DnsServer, folder: string) {
    this.dns = dns;
    this.folder = folder;
  }

  /** @param line what comes behind `portolan explain` */
  async explain(line: string): Promise<Said> {
    const { stdout, stderr, code } = await this.run(`${line} -o json`);
    if (stderr !== "") throw new Error(`"portolan explain ${line}" says ${stderr}`);
    const explanation = JSON.parse(stdout) as Explanation;
    const { verdict } = explanation;
    return { code: verdict.code, sentence: verdict.sentence, explanation, exit: code };
  }

  /** What people read, in one line. */
  async text(line: string): Promise<string> {
    return (await this.run(line)).stdout.replaceAll(/\s+/g, " ");
  }

  run(line: string): Portolan["finished"] {
    const env = { PATH: process.env.PATH, NO_COLOR: "1", RUNTIME_DIRECTORY: this.folder };
    return new Portolan(["explain", ...line.split(" ")], undefined, [], ROOT, { env }).finished;
  }

  async stop(): Promise<void> {
    await this.dns.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

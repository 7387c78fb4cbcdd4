import { join } from "node:path";
import { readFile } from "node:fs/promises";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { startZoneUpstream } from "../../src/testing/zone-upstream.ts";
import { until } from "../../src/testing/until.ts";
import { BIG, SOA } from "./example-zone.ts";
import type { Bench } from "./row.ts";

const HERE = import.meta.dirname;

/** Names of the example that have any data at all. */
const EXISTING = String.raw`^((www|big|srv|odd|\\000bin|esc\\\.dot|a\.b\.ent|b\.ent|ent)\.)?example\.org\.$`;

/** A template for one name, given as a regular expression. */
function answer(type: string, name: string, ...records: readonly string[]): string {
  const lines = records.map((record) => `    answer ${quoted(record)}\n`).join("");
  return `  template IN ${type} {\n    match ^${name}example\\.org\\.$\n${lines}    fallthrough\n  }\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

/** `example.org` of templates, `zone.test` of a zone file, `hosts.test` of a hosts file, `cluster.local` of manifests. */
export function corefile(upstream: string, directive: string): string {
  return `example.org:{{PORT}} {
  bind 127.0.0.1
  ${directive}
${answer("SOA", "", SOA)}
${answer("A", String.raw`www\.`, "{{ .Name }} 300 IN A 192.0.2.1")}
${answer("AAAA", String.raw`www\.`, "{{ .Name }} 300 IN AAAA 2001:db8::1")}
${answer("TXT", String.raw`big\.`, ...BIG)}
${answer("A", String.raw`\\000bin\.`, "{{ .Name }} 300 IN A 192.0.2.2")}
${answer("A", String.raw`esc\\\.dot\.`, "{{ .Name }} 300 IN A 192.0.2.3")}
${answer("A", String.raw`a\.b\.ent\.`, "{{ .Name }} 300 IN A 192.0.2.77")}
${answer("TYPE65400", String.raw`odd\.`, String.raw`{{ .Name }} 300 IN TYPE65400 \# 6 0161c00c0000`)}
  template IN SRV {
    match ^srv\\.example\\.org\\.$
    answer "{{ .Name }} 300 IN SRV 0 0 80 www.example.org."
${Array.from({ length: 60 }, (_none, i) => `    additional "www.example.org. 300 IN A 192.0.2.${i + 1}"`).join("\n")}
    fallthrough
  }
  template ANY ANY {
    match ${EXISTING}
    authority "${SOA}"
    fallthrough
  }
  template ANY ANY {
    rcode NXDOMAIN
    authority "${SOA}"
  }
}
hosts.test:{{PORT}} {
  bind 127.0.0.1
  hosts {
    192.0.2.9 www.hosts.test
    2001:db8::9 www.hosts.test
    192.0.2.10 four.hosts.test
  }
}
cluster.local:{{PORT}} in-addr.arpa:{{PORT}} {
  bind 127.0.0.1
  kubernetes cluster.local in-addr.arpa {
    manifests ${join(HERE, "cluster.yaml")}
  }
}
zone.test:{{PORT}} {
  bind 127.0.0.1
  file ${join(HERE, "zone.test.zone")}
  transfer {
    to *
  }
}
example.net:{{PORT}} {
  bind 127.0.0.1
  forward . ${upstream}
}
`;
}

/** Starts the server that the rows ask, and the upstream behind it. */
export async function startWorld(directive: string): Promise<Bench> {
  const upstream = await startZoneUpstream(await readFile(join(HERE, "example.net.zone"), "utf8"));
  const server = await startServer({ corefile: corefile(upstream.address, directive) });
  await becomeReady(server);
  return {
    port: server.port,
    stop: async () => {
      await server.stop();
      await upstream.close();
    },
  };
}

async function becomeReady({ server }: TestServer): Promise<void> {
  const reasons = (): string[] =>
    server.configuration.instances.flatMap(({ instance }) => instance.notReady?.() ?? []);
  await until(() => reasons().length === 0);
}

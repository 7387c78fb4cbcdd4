import { join } from "node:path";
import { Dispatcher } from "../../src/server/pipeline/dispatcher.ts";
import { EndpointTable } from "../../src/server/table/endpoint-table.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { until } from "../../src/testing/until.ts";

const MANIFESTS = join(import.meta.dirname, "../conformance/cluster.yaml");

/** One of each: an answer from memory, a file, a cluster, templates; and all that watches. */
const COREFILE = `(common) {
  bind 127.0.0.1
  errors
  log
  loadbalance
  cache 30
}
example.org:{{PORT}} {
  import common
  template IN A {
    match ^(www|.*bin.*)\\.example\\.org\\.$
    answer "{{ .Name }} 300 IN A 192.0.2.1"
    fallthrough
  }
  template IN TXT {
    match ^big\\.
${Array.from({ length: 40 }, (_none, i) => `    answer "{{ .Name }} 300 IN TXT ${"x".repeat(90)}-${i}"`).join("\n")}
    fallthrough
  }
  template ANY ANY {
    rcode NXDOMAIN
    authority "example.org. 3600 IN SOA ns.example.org. a.example.org. 1 2 3 4 60"
  }
}
hosts.test:{{PORT}} 2.0.192.in-addr.arpa:{{PORT}} {
  import common
  hosts {
    192.0.2.9 www.hosts.test
    2001:db8::9 www.hosts.test
    192.0.2.10 four.hosts.test
    fallthrough
  }
  whoami
}
cluster.local:{{PORT}} in-addr.arpa:{{PORT}} ip6.arpa:{{PORT}} {
  import common
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    manifests ${MANIFESTS}
    pods insecure
  }
}
UPSTREAM
.:{{PORT}} {
  bind 127.0.0.1
  errors
  whoami
}
`;

/** The whole server in this process, and the way in behind its sockets. */
export interface FuzzBench {
  readonly server: TestServer;
  readonly dispatcher: Dispatcher;
  /** Queries that wait. */
  readonly inFlight: () => number;
  readonly close: () => Promise<void>;
}

/** @param more a server block besides the others */
export async function openBench(more = ""): Promise<FuzzBench> {
  const server = await startServer({ corefile: COREFILE.replace("UPSTREAM", () => more) });
  const { endpoints, blocks, instances } = server.server.configuration;
  await until(() => instances.every(({ instance }) => instance.notReady?.() === undefined));
  const [endpoint] = endpoints.values();
  if (!endpoint) throw new TypeError("Cannot fuzz: no endpoint");
  const table = EndpointTable.open(server.server.table);
  return {
    server,
    dispatcher: new Dispatcher(endpoint.router, table),
    inFlight: () => blocks.reduce((sum, block) => sum + block.inFlight, 0),
    close: () => server.stop(),
  };
}

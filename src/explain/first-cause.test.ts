import { afterAll, beforeAll, expect, it } from "vitest";
import { ExplainBench, manifests, namespaceText, serviceText } from "./explain-bench.cases.ts";

const PORTS = "ports: [{ name: http, port: 80 }]";
const OBJECTS = manifests(
  ...["default", "shop", "com"].map(namespaceText),
  serviceText("shop/idle", `clusterIP: 10.96.0.11, ${PORTS}`, false),
  serviceText("shop/six", `clusterIP: "fd00::6", ${PORTS}`, true),
  serviceText("shop/alias", "type: ExternalName, externalName: idle.shop.svc.cluster.local"),
  serviceText("shop/again", "type: ExternalName, externalName: alias.shop.svc.cluster.local"),
  serviceText("shop/blocked", "type: ExternalName, externalName: web.blocked.test"),
  serviceText("com/broken", `clusterIP: 10.96.0.12, ${PORTS}`),
);
const COREFILE = `cluster.local:53 {
    kubernetes cluster.local {
        manifests {{MANIFESTS}}
    }
}
blocked.test:53 {
    acl {
        block
    }
    template IN A blocked.test {
        answer "{{ .Name }} 60 IN A 192.0.2.82"
    }
}
.:53 {
    template IN A broken.com {
        answer "{{ .Name }} 60 IN A 192.0.2.81"
    }
    template ANY ANY {
        rcode SERVFAIL
    }
}`;

let bench: ExplainBench;
beforeAll(async () => (bench = await ExplainBench.open(COREFILE, OBJECTS)));
afterAll(() => bench.close());

/** Two things are wrong at once. */
it.each([
  ["wbe.shpo", "no-namespace", 'did you mean "shop"'],
  ["idel.shop", "no-service", 'did you mean "idle"'],
  ["_htpt._tcp.idle.shop.svc.cluster.local SRV", "no-port", '"idle"'],
  ["idle.shop AAAA", "missing-family", '"idle"'],
  ["alias.shop", "cluster-ip-without-endpoint", 'Service "idle" of namespace "shop"'],
  ["again.shop", "cluster-ip-without-endpoint", 'Service "idle" of namespace "shop"'],
  ["blocked.shop", "external-name-unresolved", '"web.blocked.test."'],
  ["broken.com", "captured-by-search-path", 'Service "broken" of namespace "com"'],
])("%s is first of all %s", async (line, code, part) => {
  const [name = "", type] = line.split(" ");
  const { verdict } = await bench.explain({ name, type });
  expect(verdict.code).toBe(code);
  expect(verdict.sentence).toContain(part);
});

it("what else is wrong with a Service that was taken by chance is evidence", async () => {
  const { verdict } = await bench.explain({ name: "broken.com" });
  expect(verdict.evidence.at(-1)).toContain("connections are refused");
});

it("of an ExternalName to a name that a rule keeps clients from, the rule is evidence", async () => {
  const { verdict } = await bench.explain({ name: "blocked.shop" });
  expect(verdict.evidence.at(-1)).toBe('"block" of plugin/acl (Corefile:8) keeps clients from it');
});
